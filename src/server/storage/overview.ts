import { type SqlBool, sql } from 'kysely';
import type { Db } from './database.ts';
import { type CachedAnswer, cachedAnswer } from './kommo-cache.ts';
import { prepared } from './prepared.ts';
import { type StoredSettings, settingsOf } from './settings.ts';
import { type StoredSync, syncOf } from './syncs.ts';

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
  const row = await db
    .selectFrom('accounts')
    .modifyFront(prepared('overview'))
    .leftJoin('settings', 'settings.account_id', 'accounts.id')
    .leftJoin('syncs', 'syncs.account_id', 'accounts.id')
    .leftJoin('scopes', (join) =>
      join.onRef('scopes.account_id', '=', 'accounts.id').on('scopes.epoch', '=', account.epoch),
    )
    .leftJoin('kommo_cache as pipelines', (join) =>
      join.onRef('pipelines.account_id', '=', 'accounts.id').on('pipelines.kind', '=', 'pipelines'),
    )
    .leftJoin('kommo_cache as templates', (join) =>
      join.onRef('templates.account_id', '=', 'accounts.id').on('templates.kind', '=', 'templates'),
    )
    .select([
      'settings.epoch as settings_epoch',
      'settings.version',
      'settings.status',
      'settings.default_channel_id',
      'settings.preferences',
      'syncs.requested',
      'syncs.done',
      'syncs.state',
      'syncs.error_code',
      'syncs.finished_at',
      'scopes.scope_id',
      'pipelines.body as pipelines',
      'templates.body as templates',
      isYoung('pipelines.fetched_at', seconds).as('pipelines_fresh'),
      isYoung('templates.fetched_at', seconds).as('templates_fresh'),
      isYoung('accounts.refreshed_at', seconds).as('profile_fresh'),
    ])
    .where('accounts.id', '=', account.id)
    .executeTakeFirst();
  return {
    settings: settingsOf(row && { ...row, epoch: row.settings_epoch }, account.epoch),
    sync: row && syncOf(row),
    scopeId: row?.scope_id ?? undefined,
    pipelines: row && cachedAnswer(row.pipelines, row.pipelines_fresh),
    templates: row && cachedAnswer(row.templates, row.templates_fresh),
    isProfileFresh: row?.profile_fresh === true,
  };
}

function isYoung(column: string, seconds: number) {
  return sql<SqlBool>`coalesce(${sql.ref(column)} > now() - make_interval(secs => ${seconds}), false)`;
}
