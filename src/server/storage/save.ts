import { sql } from 'kysely';
import type { Preferences } from '../../contract/api.ts';
import type { Trx } from './database.ts';
import type { SourceMapping } from './sources.ts';

/** What a save writes, all of it judged already. */
export interface Save {
  accountId: number;
  epoch: number;
  /** The version that was judged; what is written is the next one. */
  version: number;
  defaultChannelId: string | null;
  preferences: Preferences;
  savedAt: Date;
  channels: readonly { id: string; name: string; pipelineIds: readonly number[] }[];
  /** The sources of these channels; those of other channels stay. */
  sources: readonly SourceMapping[];
}

/**
 * Writes a save and asks for its sync, in one statement, so that the account's row is locked for one round trip
 * only. Whatever changed since it was judged shows in rows that are not found any more: the account's epoch, the
 * version, a channel, the default.
 *
 * @returns false when something changed. Part of it may be written then: give the transaction up
 */
export async function writeSave(trx: Trx, save: Save): Promise<boolean> {
  const channels = JSON.stringify(
    save.channels.map(({ id, name, pipelineIds }) => ({ id, name, pipeline_ids: pipelineIds })),
  );
  const sources = JSON.stringify(
    save.sources.map(({ externalId, channelId, pipelineId }) => ({
      external_id: externalId,
      channel_id: channelId,
      pipeline_id: pipelineId,
    })),
  );
  const { rows } = await sql<{ is_written: boolean }>`
    with locked as materialized (
      select id from accounts
      where id = ${save.accountId} and epoch = ${save.epoch} and install_state = 'active'
      for no key update
    ), wished as materialized (
      select * from jsonb_to_recordset(${channels}::jsonb) as wish (id uuid, name text, pipeline_ids jsonb)
    ), wanted as materialized (
      select * from jsonb_to_recordset(${sources}::jsonb)
        as source (external_id text, channel_id uuid, pipeline_id bigint)
    ), main as materialized (
      select channels.id from channels join locked on locked.id = channels.account_id
      where channels.id = ${save.defaultChannelId}::uuid and channels.epoch = ${save.epoch}
      for key share of channels
    ), named as (
      update channels set name = wished.name, pipeline_ids = wished.pipeline_ids, is_saved = true
      from wished, locked
      where channels.id = wished.id and channels.account_id = locked.id and channels.epoch = ${save.epoch}
        -- Here too, so that it is looked for first: a row this statement has changed cannot be locked by it.
        and (${save.defaultChannelId}::uuid is null or exists (select from main))
      returning channels.id
    ), dropped as (
      delete from sources using locked
      where sources.account_id = locked.id and channel_id in (select id from wished)
        and external_id not in (select external_id from wanted)
    ), mapped as (
      insert into sources (account_id, external_id, channel_id, pipeline_id)
      select locked.id, external_id, channel_id, pipeline_id from wanted, locked
      on conflict (account_id, external_id) do update set pipeline_id = excluded.pipeline_id
        where sources.pipeline_id <> excluded.pipeline_id
    ), stored as (
      insert into settings (account_id, epoch, version, status, default_channel_id, preferences, saved_at)
      select locked.id, ${save.epoch}, ${save.version + 1}, 'active', ${save.defaultChannelId}::uuid,
        ${JSON.stringify(save.preferences)}::jsonb, ${save.savedAt}::timestamptz
      from locked
      on conflict (account_id) do update set epoch = excluded.epoch, version = excluded.version,
        status = excluded.status, default_channel_id = excluded.default_channel_id,
        preferences = excluded.preferences, saved_at = excluded.saved_at
        where settings.version = ${save.version}
          -- No default is right only while there is no channel: the first one becomes the default by itself.
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
  return rows[0]?.is_written === true;
}
