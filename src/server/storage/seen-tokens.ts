import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { deleteInBatches } from './delete-in-batches.ts';

/** The length of a UUID, which is what Kommo sends. Longer ids are hashed, so that a row stays small. */
const LONGEST_JTI = 36;

/**
 * The longest life of a token. Its end is judged by the clocks of our processes and not by the database's,
 * so it is how long ago a token was first seen that says when it may be forgotten.
 */
const REMEMBER_SECONDS = 3_600;

/**
 * Counts one use of a verified disposable token and tells how many there have been, this one included.
 * Atomic across replicas. Keyed by account, or one tenant's token could burn another's.
 */
export async function countTokenUse(
  db: Db,
  token: { accountId: number; jti: string },
): Promise<number> {
  const { uses } = await db
    .insertInto('seen_tokens')
    .values({
      account_id: token.accountId,
      jti: shorten(token.jti),
      uses: 1,
      expires_at: sql<Date>`now() + make_interval(secs => ${REMEMBER_SECONDS})`,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'jti'])
        .doUpdateSet((set) => ({ uses: set('seen_tokens.uses', '+', 1) })),
    )
    .returning('uses')
    .executeTakeFirstOrThrow();
  return uses;
}

function shorten(jti: string): string {
  return jti.length <= LONGEST_JTI ? jti : createHash('sha256').update(jti).digest('base64url');
}

/** Forgets tokens that are refused for their age anyway. */
export async function purgeSeenTokens(db: Db): Promise<number> {
  return deleteInBatches(db, 'seen_tokens', sql`expires_at < now() - interval '1 minute'`);
}
