import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { ACCOUNT_COLUMNS, type Account, type AccountRow, toAccount } from '../accounts/rows.ts';
import type { Db, Trx } from '../platform/database/database.ts';
import { deleteInBatches } from '../platform/database/delete-in-batches.ts';
import { columnList, prepared } from '../platform/database/prepared.ts';
import type { SealContext, Secrets } from '../platform/database/secrets.ts';

/** The length of a UUID, which is what Kommo sends. Longer ids are hashed to keep rows small. */
const LONGEST_JTI = 36;

const ACCOUNT = columnList(ACCOUNT_COLUMNS);

/**
 * The longest life of a token. Our processes check a token's end by their own clocks, not the database's, so a
 * token is forgotten by the time since it was first seen.
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
    select used.uses, ${ACCOUNT}, grants.account_id as granted
    from used
    left join accounts on accounts.id = ${token.accountId}
    left join grants on grants.account_id = accounts.id and grants.epoch = accounts.epoch
      and grants.state = 'alive'`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('The use of a token was not counted.');
  const { uses, ...account } = row;
  return { uses, account: isAccount(account) ? toAccount(account) : undefined };
}

function isAccount(row: { id: number | null }): row is AccountRow {
  return row.id !== null;
}

function shorten(jti: string): string {
  return jti.length <= LONGEST_JTI ? jti : createHash('sha256').update(jti).digest('base64url');
}

/** Forgets tokens that would be refused for their age anyway. */
export async function purgeSeenTokens(db: Db): Promise<number> {
  return deleteInBatches(db, 'seenTokens', sql`expires_at < now() - interval '1 minute'`);
}

/** How long a repeated request gets the first one's answer. */
const LIFE_HOURS = 24;

/** Keys one account may hold: otherwise a busy one could fill the database. */
const MOST_KEYS = 1_000;

/** How often a claim also checks whether the account holds too many. */
const TRIM_CHANCE = 1 / 50;

export interface StoredAnswer {
  status: number;
  body: unknown;
}

export interface KeyUse {
  accountId: number;
  key: string;
  /** SHA-256 of what was asked; another request under the same key is refused. */
  requestHash: string;
}

/** The right to do the work: `leaseUntil` tells it from a later holder's. */
export interface KeyClaim extends KeyUse {
  leaseUntil: Date;
}

export type KeyState =
  /** `isRepeat`: the key was claimed before, and how that ended is unknown. */
  | { kind: 'claimed'; claim: KeyClaim; isRepeat: boolean }
  | { kind: 'answered'; answer: StoredAnswer }
  | { kind: 'running' }
  /** The work was done, but its answer can no longer be opened. */
  | { kind: 'answer_lost' }
  | { kind: 'other_request' };

/** Takes the key for `leaseSeconds`, or says why not. A lapsed lease means that its holder died. */
export async function claimIdempotencyKey(
  db: Db,
  secrets: Secrets,
  use: KeyUse,
  leaseSeconds: number,
): Promise<KeyState> {
  const fresh = {
    requestHash: use.requestHash,
    status: null,
    body: null,
    leaseUntil: sql<Date>`date_trunc('milliseconds', now()) + make_interval(secs => ${leaseSeconds})`,
    expiresAt: sql<Date>`now() + make_interval(hours => ${LIFE_HOURS})`,
  };
  const claimed = await db
    .insertInto('idempotencyKeys')
    .values({ accountId: use.accountId, key: use.key, ...fresh })
    .onConflict((conflict) =>
      conflict
        .columns(['accountId', 'key'])
        .doUpdateSet(fresh)
        .where((where) =>
          where.or([
            where('idempotencyKeys.expiresAt', '<', sql<Date>`now()`),
            where.and([
              where('idempotencyKeys.requestHash', '=', use.requestHash),
              where('idempotencyKeys.status', 'is', null),
              where('idempotencyKeys.leaseUntil', '<', sql<Date>`now()`),
            ]),
          ]),
        ),
    )
    .returning(['leaseUntil', sql<boolean>`xmax <> 0`.as('isRepeat')])
    .executeTakeFirst();
  if (claimed) {
    if (Math.random() < TRIM_CHANCE) await forgetOldestKeys(db, use.accountId);
    const { leaseUntil, isRepeat } = claimed;
    return { kind: 'claimed', claim: { ...use, leaseUntil }, isRepeat };
  }
  const row = await db
    .selectFrom('idempotencyKeys')
    .selectAll()
    .where('accountId', '=', use.accountId)
    .where('key', '=', use.key)
    .executeTakeFirst();
  // Gone between the two statements: its holder failed and gave it back, so the caller may try again.
  if (!row) return { kind: 'running' };
  if (row.requestHash !== use.requestHash) return { kind: 'other_request' };
  if (row.status === null || row.body === null) return { kind: 'running' };
  const body = secrets.tryUnseal(row.body, placeOfAnswer(use));
  if (body === undefined) return { kind: 'answer_lost' };
  return { kind: 'answered', answer: { status: row.status, body: JSON.parse(body) } };
}

/** Extends the lease; undefined when the key is no longer ours, or its answer is stored. */
export async function renewIdempotencyKey(
  db: Db,
  claim: KeyClaim,
  leaseSeconds: number,
): Promise<KeyClaim | undefined> {
  const row = await db
    .updateTable('idempotencyKeys')
    .set({
      leaseUntil: sql<Date>`date_trunc('milliseconds', now()) + make_interval(secs => ${leaseSeconds})`,
    })
    .where('accountId', '=', claim.accountId)
    .where('key', '=', claim.key)
    .where('leaseUntil', '=', claim.leaseUntil)
    .where('status', 'is', null)
    .returning('leaseUntil')
    .executeTakeFirst();
  return row && { ...claim, ...row };
}

/** Stores the answer, sealed: it may hold the key of a connection attempt. */
export async function storeAnswer(
  db: Db | Trx,
  secrets: Secrets,
  claim: KeyUse,
  answer: StoredAnswer,
): Promise<void> {
  await db
    .updateTable('idempotencyKeys')
    .set({
      status: answer.status,
      body: secrets.seal(JSON.stringify(answer.body ?? null), placeOfAnswer(claim)),
    })
    .where('accountId', '=', claim.accountId)
    .where('key', '=', claim.key)
    .where('requestHash', '=', claim.requestHash)
    .where('status', 'is', null)
    .execute();
}

/**
 * Gives the key back after a failure, so that the same request may be tried again. If nothing was done, it is as
 * if the key had never been used; if that is unknown (`isUnknown`), the next holder is told.
 */
export async function releaseIdempotencyKey(
  db: Db,
  claim: KeyClaim,
  isUnknown: boolean,
): Promise<void> {
  const mine = sql`account_id = ${claim.accountId} and key = ${claim.key}
    and lease_until = ${claim.leaseUntil} and status is null`;
  if (isUnknown)
    await sql`update idempotency_keys set lease_until = to_timestamp(0) where ${mine}`.execute(db);
  else await sql`delete from idempotency_keys where ${mine}`.execute(db);
}

/** Forgets the oldest keys, where an account holds more than it may. */
export async function forgetOldestKeys(db: Db, accountId: number): Promise<void> {
  await sql`
    delete from idempotency_keys where account_id = ${accountId} and expires_at <= (
      select expires_at from idempotency_keys where account_id = ${accountId}
      order by expires_at desc offset ${MOST_KEYS} limit 1)`.execute(db);
}

export async function forgetIdempotencyKeys(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('idempotencyKeys').where('accountId', '=', accountId).execute();
}

export async function purgeIdempotencyKeys(db: Db): Promise<number> {
  return deleteInBatches(db, 'idempotencyKeys', sql`expires_at < now()`);
}

/** Where the stored answer of a key is sealed for. */
export function placeOfAnswer({ accountId, key }: Pick<KeyUse, 'accountId' | 'key'>): SealContext {
  // The key is the caller's text; its hash keeps separators out of the context.
  const row = createHash('sha256').update(key).digest('base64url');
  return `idempotency_keys:${accountId}-${row}:body`;
}
