import { type Selectable, sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import type { SyncsTable } from '../../platform/database/schema.ts';

/** Which source stands for which pipeline of a channel. */
export interface SourceMapping {
  externalId: string;
  channelId: string;
  pipelineId: number;
}

export async function listSources(db: Db, accountId: number): Promise<SourceMapping[]> {
  const rows = await db
    .selectFrom('sources')
    .select(['external_id', 'channel_id', 'pipeline_id'])
    .where('account_id', '=', accountId)
    .orderBy('external_id')
    .execute();
  return rows.map((row) => ({
    externalId: row.external_id,
    channelId: row.channel_id,
    pipelineId: row.pipeline_id,
  }));
}

/** Replaces the mapping of the named channels; those of other channels stay. */
export async function replaceSources(
  trx: Trx,
  accountId: number,
  channelIds: readonly string[],
  mappings: readonly SourceMapping[],
): Promise<void> {
  if (channelIds.length === 0) return;
  await trx
    .deleteFrom('sources')
    .where('account_id', '=', accountId)
    .where('channel_id', 'in', channelIds)
    .execute();
  if (mappings.length === 0) return;
  await trx
    .insertInto('sources')
    .values(
      mappings.map((mapping) => ({
        account_id: accountId,
        external_id: mapping.externalId,
        channel_id: mapping.channelId,
        pipeline_id: mapping.pipelineId,
      })),
    )
    .execute();
}

/** Where an account's sync stands. */
export interface StoredSync {
  requested: number;
  done: number;
  state: 'queued' | 'running' | 'done' | 'failed';
  errorCode: string | null;
  finishedAt: Date | null;
}

/** What `syncOf` reads of `syncs`. */
export type SyncRow = Pick<
  Selectable<SyncsTable>,
  'requested' | 'done' | 'state' | 'error_code' | 'finished_at'
>;

/** A row of `syncs`; undefined where none was ever asked for. */
export function syncOf(
  row: { [Name in keyof SyncRow]: SyncRow[Name] | null },
): StoredSync | undefined {
  const { requested, done, state } = row;
  if (requested === null || done === null || state === null) return undefined;
  return { requested, done, state, errorCode: row.error_code, finishedAt: row.finished_at };
}

/** Asks for a sync. Asked during a run, it makes that run begin once more: nothing asked for is lost. */
export async function requestSync(trx: Trx, accountId: number): Promise<void> {
  await trx
    .insertInto('syncs')
    .values({
      account_id: accountId,
      requested: 1,
      done: 0,
      state: 'queued',
      next_attempt_at: sql<Date>`now()`,
    })
    .onConflict((conflict) =>
      conflict.column('account_id').doUpdateSet({
        requested: sql`syncs.requested + 1`,
        state: 'queued',
        attempts: 0,
        error_code: null,
        next_attempt_at: sql<Date>`now()`,
      }),
    )
    .execute();
}

/** Takes an account's sync when one is due; undefined when there is none or somebody else runs it. */
export async function claimSync(
  db: Db,
  claim: { accountId: number; owner: string; leaseSeconds: number },
): Promise<{ requested: number; attempts: number; overdueMs: number } | undefined> {
  return db
    .updateTable('syncs')
    .set({
      // A failure stays visible while it is tried again by itself; only success or a new request ends it.
      state: sql<'running' | 'failed'>`case when attempts > 0 then 'failed' else 'running' end`,
      lease_owner: claim.owner,
      lease_until: sql<Date>`now() + make_interval(secs => ${claim.leaseSeconds})`,
      grant_version: (of) =>
        of.selectFrom('grants').select('version').where('account_id', '=', claim.accountId),
    })
    .where('account_id', '=', claim.accountId)
    .whereRef('requested', '>', 'done')
    .where('next_attempt_at', '<=', sql<Date>`now()`)
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<', sql<Date>`now()`)]),
    )
    .returning([
      'requested',
      'attempts',
      sql<number>`(extract(epoch from now() - next_attempt_at) * 1000)::float8`.as('overdueMs'),
    ])
    .executeTakeFirst();
}

/** Keeps the lease; false when it was lost and nothing more may be written to Kommo. */
export async function renewSync(
  db: Db,
  claim: { accountId: number; owner: string; leaseSeconds: number },
): Promise<boolean> {
  const row = await db
    .updateTable('syncs')
    .set({ lease_until: sql<Date>`now() + make_interval(secs => ${claim.leaseSeconds})` })
    .where('account_id', '=', claim.accountId)
    .where('lease_owner', '=', claim.owner)
    .returning('account_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Notes success. True when a sync was asked for during the run, so that it must begin again. */
export async function finishSync(
  db: Db,
  run: { accountId: number; owner: string; claimed: number; at: Date },
): Promise<boolean> {
  const row = await db
    .updateTable('syncs')
    .set({
      done: run.claimed,
      state: sql<
        'queued' | 'done'
      >`case when requested > ${run.claimed} then 'queued' else 'done' end`,
      attempts: 0,
      error_code: null,
      finished_at: run.at,
      lease_owner: null,
      lease_until: null,
    })
    .where('account_id', '=', run.accountId)
    .where('lease_owner', '=', run.owner)
    .returning(sql<boolean>`requested > ${run.claimed}`.as('again'))
    .executeTakeFirst();
  return row?.again ?? false;
}

/**
 * Notes a failure. `retrySeconds` undefined: no further try until somebody asks, or a new grant arrives.
 * What was asked for during the run is tried at once.
 */
export async function failSync(
  db: Db,
  run: {
    accountId: number;
    owner: string;
    claimed: number;
    errorCode: string;
    at: Date;
    retrySeconds: number | undefined;
  },
): Promise<void> {
  const later =
    run.retrySeconds === undefined
      ? sql<Date>`null`
      : sql<Date>`now() + make_interval(secs => ${run.retrySeconds})`;
  await db
    .updateTable('syncs')
    .set({
      state: sql<
        'queued' | 'failed'
      >`case when requested > ${run.claimed} then 'queued' else 'failed' end`,
      attempts: sql`attempts + 1`,
      error_code: run.errorCode,
      finished_at: run.at,
      next_attempt_at: sql<Date>`case when requested > ${run.claimed} then now() else ${later} end`,
      lease_owner: null,
      lease_until: null,
    })
    .where('account_id', '=', run.accountId)
    .where('lease_owner', '=', run.owner)
    .execute();
}

/** Gives a run back untouched; for a process that stops. Another one takes it at once. */
export async function releaseSyncs(db: Db, owner: string): Promise<void> {
  await db
    .updateTable('syncs')
    .set({
      lease_owner: null,
      lease_until: null,
      state: sql<'queued' | 'failed'>`case when attempts > 0 then 'failed' else 'queued' end`,
    })
    .where('lease_owner', '=', owner)
    .execute();
}

/** Accounts whose sync is due and in nobody's hands: retries, and what a killed process left behind. */
export async function listDueSyncs(db: Db, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('syncs')
    .select('account_id')
    .whereRef('requested', '>', 'done')
    .where('next_attempt_at', '<=', sql<Date>`now()`)
    .where((where) =>
      where.or([where('lease_until', 'is', null), where('lease_until', '<', sql<Date>`now()`)]),
    )
    .orderBy('next_attempt_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.account_id);
}

/** Makes the syncs due that stopped for want of a grant and whose account has another one than they began with. */
export async function wakeReauthorizedSyncs(db: Db): Promise<void> {
  await db
    .updateTable('syncs')
    .set({ next_attempt_at: sql<Date>`now()`, state: 'queued', attempts: 0 })
    .whereRef('requested', '>', 'done')
    .where('next_attempt_at', 'is', null)
    .where((where) =>
      where.exists(
        where
          .selectFrom('grants')
          .select('grants.account_id')
          .whereRef('grants.account_id', '=', 'syncs.account_id')
          .where(sql<boolean>`grants.version is distinct from syncs.grant_version`)
          .where('grants.state', '=', 'alive'),
      ),
    )
    .execute();
}

/**
 * Asks for the daily check of active accounts: sources deleted or renamed in Kommo's own screens come back.
 * Spread by account over four hours, a few at a time.
 */
export async function requestPeriodicSyncs(db: Db, now: Date, limit: number): Promise<void> {
  const due = db
    .selectFrom('syncs')
    .innerJoin('accounts', 'accounts.id', 'syncs.account_id')
    .innerJoin('settings', 'settings.account_id', 'syncs.account_id')
    .select('syncs.account_id')
    .whereRef('syncs.requested', '=', 'syncs.done')
    // Said twice: the first is what the index can find, the second spreads the accounts.
    .where('syncs.finished_at', '<', sql<Date>`${now}::timestamptz - interval '20 hours'`)
    .where(
      sql<boolean>`syncs.finished_at < ${now}::timestamptz - interval '20 hours' - make_interval(mins => (syncs.account_id % 240)::int)`,
    )
    .where('accounts.install_state', '=', 'active')
    .whereRef('settings.epoch', '=', 'accounts.epoch')
    .where('settings.status', '=', 'active')
    .orderBy('syncs.finished_at')
    .limit(limit);
  await db
    .updateTable('syncs')
    .set({
      requested: sql`requested + 1`,
      state: 'queued',
      attempts: 0,
      next_attempt_at: sql<Date>`now()`,
    })
    .where('account_id', 'in', due)
    .whereRef('requested', '=', 'done')
    .execute();
}

/** Forgets what was asked for and what became of it. */
export async function forgetSync(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('syncs').where('account_id', '=', accountId).execute();
}
