import { type Selectable, sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import type { SourcesTable, SyncsTable } from '../../platform/database/schema.ts';

/** Which source stands for which pipeline of a channel. */
export type SourceMapping = Omit<Selectable<SourcesTable>, 'accountId' | 'isAtKommo'>;

export async function listSources(db: Db, accountId: number): Promise<SourceMapping[]> {
  return db
    .selectFrom('sources')
    .select(['externalId', 'channelId', 'pipelineId'])
    .where('accountId', '=', accountId)
    .orderBy('externalId')
    .execute();
}

/** Kommo has these sources: chats may be named with them. */
export async function noteSourcesAtKommo(
  db: Db,
  accountId: number,
  externalIds: readonly string[],
): Promise<void> {
  await sql`
    update sources set is_at_kommo = true
    where account_id = ${accountId}::bigint and external_id = any(${externalIds}::text[])
      and not is_at_kommo`.execute(db);
}

/** Forgets the mapping of the named channels. */
export async function forgetSources(
  trx: Trx,
  accountId: number,
  channelIds: readonly string[],
): Promise<void> {
  if (channelIds.length === 0) return;
  await trx
    .deleteFrom('sources')
    .where('accountId', '=', accountId)
    .where('channelId', 'in', channelIds)
    .execute();
}

/** Where an account's sync stands. */
export type StoredSync = Pick<
  Selectable<SyncsTable>,
  'requested' | 'done' | 'state' | 'errorCode' | 'finishedAt'
>;

/** A row of `syncs`; undefined where none was ever asked for. */
export function syncOf(
  row: { [Name in keyof StoredSync]: StoredSync[Name] | null },
): StoredSync | undefined {
  const { requested, done, state, errorCode, finishedAt } = row;
  if (requested === null || done === null || state === null) return undefined;
  return { requested, done, state, errorCode, finishedAt };
}

/** Where the account's sync stands; undefined where none was ever asked for. */
export async function findSync(db: Db, accountId: number): Promise<StoredSync | undefined> {
  const row = await db
    .selectFrom('syncs')
    .select(['requested', 'done', 'state', 'errorCode', 'finishedAt'])
    .where('accountId', '=', accountId)
    .executeTakeFirst();
  return row && syncOf(row);
}

/** Notes that a sync is asked for; request its job in the same transaction. */
export async function requestSync(trx: Trx, accountId: number): Promise<void> {
  await trx
    .insertInto('syncs')
    .values({
      accountId,
      requested: 1,
      done: 0,
      state: 'queued',
      nextAttemptAt: sql<Date>`now()`,
    })
    .onConflict((conflict) =>
      conflict.column('accountId').doUpdateSet({
        requested: sql`syncs.requested + 1`,
        state: 'queued',
        attempts: 0,
        errorCode: null,
        nextAttemptAt: sql<Date>`now()`,
      }),
    )
    .execute();
}

/** Begins a run; undefined when nothing is left to do. */
export async function beginSync(
  db: Db,
  accountId: number,
): Promise<{ requested: number; attempts: number } | undefined> {
  return db
    .updateTable('syncs')
    .set({
      // A failure stays visible while it is tried again by itself; only success or a new request ends it.
      state: sql<'running' | 'failed'>`case when attempts > 0 then 'failed' else 'running' end`,
      grantVersion: (of) =>
        of.selectFrom('grants').select('version').where('accountId', '=', accountId),
    })
    .where('accountId', '=', accountId)
    .whereRef('requested', '>', 'done')
    .returning(['requested', 'attempts'])
    .executeTakeFirst();
}

/** What one run began with. Where a later run is through, its outcome counts. */
interface SyncRun {
  accountId: number;
  claimed: number;
  at: Date;
}

/** Notes success. */
export async function finishSync(db: Db, { accountId, claimed, at }: SyncRun): Promise<void> {
  await db
    .updateTable('syncs')
    .set({
      done: claimed,
      state: sql<'queued' | 'done'>`case when requested > ${claimed} then 'queued' else 'done' end`,
      attempts: 0,
      errorCode: null,
      finishedAt: at,
    })
    .where('accountId', '=', accountId)
    .where('done', '<', claimed)
    .execute();
}

/**
 * Notes a failure. `retrySeconds` undefined: no further try until somebody asks, or a new grant arrives.
 */
export async function failSync(
  db: Db,
  run: SyncRun & { errorCode: string; retrySeconds: number | undefined },
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
      errorCode: run.errorCode,
      finishedAt: run.at,
      nextAttemptAt: sql<Date>`case when requested > ${run.claimed} then now() else ${later} end`,
    })
    .where('accountId', '=', run.accountId)
    .where('done', '<', run.claimed)
    .execute();
}

/**
 * Makes the syncs due that stopped for want of a grant and whose account has another one than they began with.
 *
 * @returns their accounts
 */
export async function wakeReauthorizedSyncs(db: Db): Promise<number[]> {
  const rows = await db
    .updateTable('syncs')
    .set({ nextAttemptAt: sql<Date>`now()`, state: 'queued', attempts: 0 })
    .whereRef('requested', '>', 'done')
    .where('nextAttemptAt', 'is', null)
    .where((where) =>
      where.exists(
        where
          .selectFrom('grants')
          .select('grants.accountId')
          .whereRef('grants.accountId', '=', 'syncs.accountId')
          .where(sql<boolean>`grants.version is distinct from syncs.grant_version`)
          .where('grants.state', '=', 'alive'),
      ),
    )
    .returning('accountId')
    .execute();
  return rows.map((row) => row.accountId);
}

/**
 * Asks for the daily check of active accounts: sources deleted or renamed in Kommo's own screens come back.
 * Spread by account over four hours, a few at a time.
 *
 * @returns those asked for
 */
export async function requestPeriodicSyncs(db: Db, now: Date, limit: number): Promise<number[]> {
  const due = db
    .selectFrom('syncs')
    .innerJoin('accounts', 'accounts.id', 'syncs.accountId')
    .innerJoin('settings', 'settings.accountId', 'syncs.accountId')
    .select('syncs.accountId')
    .whereRef('syncs.requested', '=', 'syncs.done')
    // Said twice: the first is what the index can find, the second spreads the accounts.
    .where('syncs.finishedAt', '<', sql<Date>`${now}::timestamptz - interval '20 hours'`)
    .where(
      sql<boolean>`syncs.finished_at < ${now}::timestamptz - interval '20 hours' - make_interval(mins => (syncs.account_id % 240)::int)`,
    )
    .where('accounts.installState', '=', 'active')
    .whereRef('settings.epoch', '=', 'accounts.epoch')
    .where('settings.status', '=', 'active')
    .orderBy('syncs.finishedAt')
    .limit(limit);
  const rows = await db
    .updateTable('syncs')
    .set({
      requested: sql`requested + 1`,
      state: 'queued',
      attempts: 0,
      nextAttemptAt: sql<Date>`now()`,
    })
    .where('accountId', 'in', due)
    .whereRef('requested', '=', 'done')
    .returning('accountId')
    .execute();
  return rows.map((row) => row.accountId);
}

/** Forgets what was asked for and what became of it. */
export async function forgetSync(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('syncs').where('accountId', '=', accountId).execute();
}
