import { sql } from 'kysely';
import { LIVE, type StoredAttempt, toAttempt } from './attempts.ts';
import type { Db, Trx } from './database.ts';
import { deleteInBatches } from './delete-in-batches.ts';
import type { Secrets } from './secrets.ts';

/** Open attempts that a new one replaces: for the same channel, or of the same user and service. */
export async function lockRivals(
  trx: Trx,
  secrets: Secrets,
  of: { accountId: number; userId: number; connector: string; channelId: string | null },
): Promise<StoredAttempt[]> {
  const rows = await trx
    .selectFrom('attempts')
    .selectAll()
    .where('account_id', '=', of.accountId)
    .where('state', 'in', LIVE)
    .where((where) =>
      where.or([
        where.and([where('user_id', '=', of.userId), where('connector', '=', of.connector)]),
        ...(of.channelId === null ? [] : [where('channel_id', '=', of.channelId)]),
      ]),
    )
    .forUpdate()
    .execute();
  return rows.map((row) => toAttempt(row, secrets));
}

/** Open attempts to reconnect a channel. */
export async function lockAttemptsOfChannel(
  trx: Trx,
  secrets: Secrets,
  channelId: string,
): Promise<StoredAttempt[]> {
  const rows = await trx
    .selectFrom('attempts')
    .selectAll()
    .where('channel_id', '=', channelId)
    .where('state', 'in', LIVE)
    .forUpdate()
    .execute();
  return rows.map((row) => toAttempt(row, secrets));
}

/** Open attempts of install epochs that are over. */
export async function lockEndedAttempts(
  trx: Trx,
  secrets: Secrets,
  accountId: number,
  upToEpoch: number,
): Promise<StoredAttempt[]> {
  const rows = await trx
    .selectFrom('attempts')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('epoch', '<=', upToEpoch)
    .where('state', 'in', LIVE)
    .forUpdate()
    .execute();
  return rows.map((row) => toAttempt(row, secrets));
}

export async function listOverdueAttempts(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('attempts')
    .select('id')
    .where('state', 'in', LIVE)
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

export async function deleteOldAttempts(db: Db, createdBefore: Date): Promise<void> {
  await deleteInBatches(
    db,
    'attempts',
    sql`created_at < ${createdBefore}::timestamptz and state not in (${sql.join(LIVE)})`,
  );
}

export async function deleteAttemptsOfEpochs(
  trx: Trx,
  accountId: number,
  upToEpoch: number,
): Promise<void> {
  await trx
    .deleteFrom('attempts')
    .where('account_id', '=', accountId)
    .where('epoch', '<=', upToEpoch)
    .execute();
}
