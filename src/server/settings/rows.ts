import { sql } from 'kysely';
import type { ChannelOptions, Preferences } from '../../contract/api.ts';
import {
  type CachedAnswer,
  cachedAnswer,
  type SettingsRow,
  type StoredSettings,
  settingsOf,
} from '../accounts/rows.ts';
import { type SourceMapping, type StoredSync, syncOf } from '../channels/sources/rows.ts';
import type { Db, Trx } from '../platform/database/database.ts';
import { columnList, prepared } from '../platform/database/prepared.ts';

/** What a save writes, all of it checked already. */
export interface Save {
  accountId: number;
  epoch: number;
  /** The version that was checked; the next one is written. */
  version: number;
  defaultChannelId: string | null;
  preferences: Preferences;
  savedAt: Date;
  /** Kommo's id of the administrator. */
  savedBy: number;
  channels: readonly {
    id: string;
    name: string;
    pipelineIds: readonly number[];
    /** Only what changes. */
    options?: ChannelOptions;
  }[];
  /** The sources of these channels; those of other channels stay. */
  sources: readonly SourceMapping[];
}

/**
 * Writes a save and asks for its sync, in one statement, so that the account's row is locked for one round trip
 * only. Anything that changed since the check shows as a row that is no longer found: the account's epoch, the
 * version, a channel, the default.
 *
 * @returns false when something changed. Part of the save may be written then: give the transaction up
 */
export async function writeSave(trx: Trx, save: Save): Promise<boolean> {
  const { rows } = await sql<{ isWritten: boolean }>`
    with locked as materialized (
      select id from accounts
      where id = ${save.accountId} and epoch = ${save.epoch} and install_state = 'active'
      for no key update
    ), given as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(save.channels)}::jsonb)
        as input (id uuid, name text, "pipelineIds" jsonb, options jsonb)
    ), wanted as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(save.sources)}::jsonb)
        as source ("externalId" text, "channelId" uuid, "pipelineId" bigint)
    ), main as materialized (
      select channels.id from channels join locked on locked.id = channels.account_id
      where channels.id = ${save.defaultChannelId}::uuid and channels.epoch = ${save.epoch}
      for key share of channels
    ), named as (
      update channels set name = given.name, pipeline_ids = given."pipelineIds", is_saved = true,
        options = channels.options || coalesce(given.options, '{}')
      from given, locked
      where channels.id = given.id and channels.account_id = locked.id and channels.epoch = ${save.epoch}
        -- Here too, so that it is read first: a statement cannot lock a row it has changed.
        and (${save.defaultChannelId}::uuid is null or exists (select from main))
      returning channels.id
    ), dropped as (
      delete from sources using locked
      where sources.account_id = locked.id and channel_id in (select id from given)
        and external_id not in (select "externalId" from wanted)
    ), mapped as (
      insert into sources (account_id, external_id, channel_id, pipeline_id)
      select locked.id, "externalId", "channelId", "pipelineId" from wanted, locked
      on conflict (account_id, external_id) do update set pipeline_id = excluded.pipeline_id
        where sources.pipeline_id <> excluded.pipeline_id
    ), stored as (
      insert into settings (account_id, epoch, version, status, default_channel_id, preferences, saved_at,
        saved_by, saved_by_version)
      select locked.id, ${save.epoch}, ${save.version + 1}, 'active', ${save.defaultChannelId}::uuid,
        ${JSON.stringify(save.preferences)}::jsonb, ${save.savedAt}::timestamptz,
        ${save.savedBy}::bigint, ${save.version + 1}
      from locked
      on conflict (account_id) do update set epoch = excluded.epoch, version = excluded.version,
        status = excluded.status, default_channel_id = excluded.default_channel_id,
        preferences = excluded.preferences, saved_at = excluded.saved_at,
        saved_by = excluded.saved_by, saved_by_version = excluded.saved_by_version
        where settings.version = ${save.version}
          -- No default is right only while there is no channel: the first channel becomes the default by itself.
          and (excluded.default_channel_id is not null or settings.epoch <> excluded.epoch
            or settings.default_channel_id is null)
      returning account_id
    ), asked as (
      insert into syncs (account_id, requested, done, state, next_attempt_at)
      select id, 1, 0, 'queued', now() from locked
      on conflict (account_id) do update set requested = syncs.requested + 1, state = 'queued',
        attempts = 0, error_code = null, next_attempt_at = now()
    )
    select (select count(*) from stored) = 1
      and (select count(*) from named) = ${save.channels.length}::int
      and (${save.defaultChannelId}::uuid is null or exists (select from main)) as is_written`.execute(
    trx,
  );
  return rows[0]?.isWritten === true;
}

/** What the settings screen shows of an account besides its channels. */
export interface Overview {
  settings: StoredSettings;
  sync: StoredSync | undefined;
  /** The chat channel's scope; undefined while it is not connected. */
  scopeId: string | undefined;
  pipelines: CachedAnswer | undefined;
  templates: CachedAnswer | undefined;
  /** Whether Kommo's description of the account is younger than the time asked for. */
  isProfileFresh: boolean;
}

type OrNull<Row> = { [Name in keyof Row]: Row[Name] | null };

type OverviewRow = OrNull<SettingsRow & StoredSync & { scopeId: string }> & {
  pipelines: unknown;
  pipelinesFresh: boolean;
  templates: unknown;
  templatesFresh: boolean;
  profileFresh: boolean;
};

/**
 * Everything about one account that is a single row somewhere, in one statement. An account that never
 * installed has none of it.
 *
 * @param seconds how long an answer of Kommo counts as fresh, by the database's clock
 */
export async function findOverview(
  db: Db,
  account: { id: number; epoch: number },
  seconds: number,
): Promise<Overview> {
  const isYoung = (
    column: 'pipelines.fetchedAt' | 'templates.fetchedAt' | 'accounts.refreshedAt',
  ) => sql`coalesce(${columnList([column])} > now() - make_interval(secs => ${seconds}), false)`;
  // Spelt out: building a statement with so many joins anew for each request costs as much as sending it.
  const { rows } = await sql<OverviewRow>`${prepared('overview')}
    select settings.epoch, settings.version, settings.status, settings.default_channel_id, settings.preferences,
      settings.saved_at, settings.saved_by, settings.saved_by_version,
      syncs.requested, syncs.done, syncs.state, syncs.error_code, syncs.finished_at, scopes.scope_id,
      pipelines.body as pipelines, ${isYoung('pipelines.fetchedAt')} as pipelines_fresh,
      templates.body as templates, ${isYoung('templates.fetchedAt')} as templates_fresh,
      ${isYoung('accounts.refreshedAt')} as profile_fresh
    from accounts
    left join settings on settings.account_id = accounts.id
    left join syncs on syncs.account_id = accounts.id
    left join scopes on scopes.account_id = accounts.id and scopes.epoch = ${account.epoch}
    left join kommo_cache as pipelines on pipelines.account_id = accounts.id and pipelines.kind = 'pipelines'
    left join kommo_cache as templates on templates.account_id = accounts.id and templates.kind = 'templates'
    where accounts.id = ${account.id}`.execute(db);
  const [row] = rows;
  return {
    settings: settingsOf(row, account.epoch),
    sync: row && syncOf(row),
    scopeId: row?.scopeId ?? undefined,
    pipelines: row && cachedAnswer(row.pipelines, row.pipelinesFresh),
    templates: row && cachedAnswer(row.templates, row.templatesFresh),
    isProfileFresh: row?.profileFresh === true,
  };
}
