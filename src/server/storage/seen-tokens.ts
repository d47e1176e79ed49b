import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { ACCOUNT_COLUMNS, type Account, type AccountRow, toAccount } from './accounts.ts';
import type { Db } from './database.ts';
import { deleteInBatches } from './delete-in-batches.ts';
import { prepared } from './prepared.ts';

/** The length of a UUID, which is what Kommo sends. Longer ids are hashed, so that a row stays small. */
const LONGEST_JTI = 36;

/**
 * The longest life of a token. Its end is judged by the clocks of our processes and not by the database's,
 * so it is how long ago a token was first seen that says when it may be forgotten.
 */
const REMEMBER_SECONDS = 3_600;

/** What is known of a verified token when it arrives. */
export interface TokenUse {
  /** How often it has come, this time included. */
  uses: number;
  /** The account it speaks for; undefined when that never installed. */
  account: Account | undefined;
}

/**
 * Counts one use of a verified disposable token and finds its account, in one statement: every request of the
 * widget begins with it. Atomic across replicas. Keyed by account, or one tenant's token could burn another's.
 *
 * @param isDurable whether the count must outlive a crash of the database. Where it only bounds how often a
 *   token is repeated, waiting for the disk would make every read as slow as a write
 */
export async function countTokenUse(
  db: Db,
  token: { accountId: number; jti: string },
  isDurable: boolean,
): Promise<TokenUse> {
  const columns = sql.raw(ACCOUNT_COLUMNS.join(', '));
  // Lasts for this statement's own transaction.
  const commit = isDurable ? sql`current_setting('synchronous_commit')` : sql`'off'`;
  const { rows } = await sql<
    { uses: number } & { [Name in keyof AccountRow]: AccountRow[Name] | null }
  >`${prepared(isDurable ? 'token-use-durable' : 'token-use')}
    with used as (
      insert into seen_tokens (account_id, jti, uses, expires_at)
      select ${token.accountId}, ${shorten(token.jti)}, 1, now() + make_interval(secs => ${REMEMBER_SECONDS})
      where set_config('synchronous_commit', ${commit}, true) is not null
      on conflict (account_id, jti) do update set uses = seen_tokens.uses + 1
      returning uses
    )
    select used.uses, ${columns}
    from used
    left join accounts on accounts.id = ${token.accountId}
    left join grants on grants.account_id = accounts.id and grants.epoch = accounts.epoch
      and grants.state = 'alive'`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The use of a token was not counted.');
  return { uses: row.uses, account: isAccount(row) ? toAccount(row) : undefined };
}

function isAccount(row: { id: number | null }): row is AccountRow {
  return row.id !== null;
}

function shorten(jti: string): string {
  return jti.length <= LONGEST_JTI ? jti : createHash('sha256').update(jti).digest('base64url');
}

/** Forgets tokens that are refused for their age anyway. */
export async function purgeSeenTokens(db: Db): Promise<number> {
  return deleteInBatches(db, 'seen_tokens', sql`expires_at < now() - interval '1 minute'`);
}
