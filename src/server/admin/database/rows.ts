import { sql } from 'kysely';
import { NO_CHANNEL } from '../../messages/receive/rows.ts';
import type { Db } from '../../platform/database/database.ts';
import { CLEAN_UP, FORGET_MESSAGES, SYNC_SOURCES } from '../../queues.ts';

/** What the server calls its version. */
export async function readServerVersion(db: Db): Promise<string> {
  const { rows } = await sql<{ version: string }>`
    select current_setting('server_version') as version`.execute(db);
  return rows[0]?.version ?? '';
}

/** A table with its indexes; all of the queue's together as `pgboss`. */
export interface TableSize {
  name: string;
  bytes: number;
}

/** From the catalog. */
export async function listTableSizes(db: Db): Promise<TableSize[]> {
  const { rows } = await sql<TableSize>`
    select case when spaces.nspname = 'pgboss' then 'pgboss' else tables.relname end as name,
      sum(pg_total_relation_size(tables.oid))::bigint as bytes
    from pg_class as tables join pg_namespace as spaces on spaces.oid = tables.relnamespace
    where tables.relkind = 'r' and spaces.nspname in (current_schema(), 'pgboss')
    group by 1 order by 2 desc, 1`.execute(db);
  return rows;
}

/** Reads each of these tables from the first row to the last, or an index of it. */
export async function countRows(db: Db, tables: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const name of tables) {
    const { rows } = await sql<{ count: number }>`
      select count(*)::bigint as count from ${sql.table(name)}`.execute(db);
    counts.set(name, rows[0]?.count ?? 0);
  }
  return counts;
}

/** How many jobs of a queue are in a state. */
export interface JobCount {
  queue: string;
  state: string;
  jobs: number;
  /** How long the one has been due that waits longest, in seconds; null: none is due. */
  overdueSeconds: number | null;
}

/** Jobs that are not done. Reads the queue's whole table, in which done ones stay for a minute. */
export async function countJobs(db: Db): Promise<JobCount[]> {
  const { rows } = await sql<JobCount>`
    select name as queue, state::text as state, count(*)::integer as jobs,
      floor(extract(epoch from now() - min(start_after)
        filter (where state in ('created', 'retry') and start_after <= now())))::integer as overdue_seconds
    from pgboss.job where state <> 'completed' group by 1, 2 order by 1, 2`.execute(db);
  return rows;
}

/** Faults of one kind that are looked for at most. */
const MOST = 50;

/** A job of this queue and key that will still run. */
function isAwaited(queue: { name: string }, key: ReturnType<typeof sql>) {
  return sql`exists (select from pgboss.job where job.name = ${queue.name}
    and job.singleton_key = ${key} and job.state in ('created', 'retry', 'active'))`;
}

/** Channels of an install that has ended, and that no clean-up will remove. Reads all channels. */
export async function listStrandedChannels(
  db: Db,
): Promise<{ id: string; accountId: number; epoch: number; current: number }[]> {
  const { rows } = await sql<{ id: string; accountId: number; epoch: number; current: number }>`
    select channels.id, channels.account_id, channels.epoch, accounts.epoch as current
    from channels join accounts on accounts.id = channels.account_id
    where channels.epoch <> accounts.epoch
      and not ${isAwaited(CLEAN_UP, sql`channels.account_id::text`)}
    order by channels.id limit ${MOST}::integer`.execute(db);
  return rows;
}

/** What is left of a channel that is gone. */
export interface Remains {
  channelId: string;
  accountId: number;
  rows: number;
}

/**
 * Messages or chats of channels that are gone, and that no job will forget. Steps from channel to channel along an
 * index, and counts only what is left over.
 */
export async function listRemains(db: Db, table: 'messages' | 'conversations'): Promise<Remains[]> {
  const of = sql.table(table);
  const { rows } = await sql<Remains>`
    with recursive step as (
      (select channel_id from ${of} order by channel_id limit 1)
      union all
      select (select rest.channel_id from ${of} as rest where rest.channel_id > step.channel_id
        order by rest.channel_id limit 1)
      from step where step.channel_id is not null
    )
    select step.channel_id, found.account_id, found.rows
    from step cross join lateral (
      select min(rest.account_id)::bigint as account_id, count(*)::integer as rows from ${of} as rest
      where rest.channel_id = step.channel_id
    ) as found
    where step.channel_id is not null and step.channel_id <> ${NO_CHANNEL}::uuid
      and not exists (select from channels where channels.id = step.channel_id)
      and not ${isAwaited(FORGET_MESSAGES, sql`step.channel_id::text`)}
      and not ${isAwaited(FORGET_MESSAGES, sql`found.account_id::text`)}
    limit ${MOST}::integer`.execute(db);
  return rows;
}

/** Accounts with more channels than allowed, of all services or of one. Reads all channels. */
export async function listOverLimit(
  db: Db,
  { most, mostOfService }: { most: number; mostOfService: number },
): Promise<{ accountId: number; connector: string | null; channels: number }[]> {
  const { rows } = await sql<{ accountId: number; connector: string | null; channels: number }>`
    select channels.account_id, channels.connector, count(*)::integer as channels
    from channels join accounts on accounts.id = channels.account_id and accounts.epoch = channels.epoch
    group by grouping sets ((channels.account_id), (channels.account_id, channels.connector))
    having count(*) > case when grouping(channels.connector) = 1 then ${most}::integer
      else ${mostOfService}::integer end
    order by 1, 2 nulls first limit ${MOST}::integer`.execute(db);
  return rows;
}

/** Settings whose default channel is not there, and accounts with channels and without a default. Reads all of both. */
export async function listMissingDefaults(
  db: Db,
): Promise<{ accountId: number; defaultChannelId: string | null }[]> {
  const { rows } = await sql<{ accountId: number; defaultChannelId: string | null }>`
    select accounts.id as account_id, settings.default_channel_id
    from accounts left join settings on settings.account_id = accounts.id and settings.epoch = accounts.epoch
    where accounts.install_state <> 'disabled' and case
      when settings.default_channel_id is null then exists (select from channels
        where channels.account_id = accounts.id and channels.epoch = accounts.epoch)
      else not exists (select from channels where channels.id = settings.default_channel_id
        and channels.account_id = accounts.id and channels.epoch = accounts.epoch) end
    order by accounts.id limit ${MOST}::integer`.execute(db);
  return rows;
}

/** Sources whose channel is not there. Reads all sources. */
export async function listLostSources(
  db: Db,
): Promise<{ accountId: number; externalId: string; channelId: string }[]> {
  const { rows } = await sql<{ accountId: number; externalId: string; channelId: string }>`
    select sources.account_id, sources.external_id, sources.channel_id from sources
    where not exists (select from channels
      where channels.id = sources.channel_id and channels.account_id = sources.account_id)
    order by sources.account_id, sources.external_id limit ${MOST}::integer`.execute(db);
  return rows;
}

/**
 * Syncs that were requested, or are to be tried again, and that no job will do. One that stopped until its account
 * authorizes again is none of them. Reads all syncs.
 */
export async function listStrandedSyncs(
  db: Db,
): Promise<{ accountId: number; state: string; since: Date }[]> {
  const { rows } = await sql<{ accountId: number; state: string; since: Date }>`
    select syncs.account_id, syncs.state, syncs.next_attempt_at as since from syncs
    where syncs.requested > syncs.done and syncs.next_attempt_at is not null
      and not ${isAwaited(SYNC_SOURCES, sql`syncs.account_id::text`)}
    order by syncs.account_id limit ${MOST}::integer`.execute(db);
  return rows;
}

/** Grants of an install that has ended: tokens that nobody may use any more. Reads all grants. */
export async function listStrandedGrants(
  db: Db,
): Promise<{ accountId: number; epoch: number; current: number }[]> {
  const { rows } = await sql<{ accountId: number; epoch: number; current: number }>`
    select grants.account_id, grants.epoch, accounts.epoch as current
    from grants join accounts on accounts.id = grants.account_id
    where grants.epoch <> accounts.epoch or accounts.install_state = 'disabled'
    order by grants.account_id limit ${MOST}::integer`.execute(db);
  return rows;
}
