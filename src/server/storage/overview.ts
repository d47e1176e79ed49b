import { sql } from 'kysely';
import type { Db } from './database.ts';
import { type CachedAnswer, cachedAnswer } from './kommo-cache.ts';
import { prepared } from './prepared.ts';
import { type SettingsRow, type StoredSettings, settingsOf } from './settings.ts';
import { type StoredSync, type SyncRow, syncOf } from './syncs.ts';

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

type OverviewRow = OrNull<SettingsRow & SyncRow & { scope_id: string }> & {
  pipelines: unknown;
  pipelines_fresh: boolean;
  templates: unknown;
  templates_fresh: boolean;
  profile_fresh: boolean;
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
    column: 'pipelines.fetched_at' | 'templates.fetched_at' | 'accounts.refreshed_at',
  ) => sql`coalesce(${sql.raw(column)} > now() - make_interval(secs => ${seconds}), false)`;
  // Spelt out: building a statement with so many joins anew for each request costs as much as sending it.
  const { rows } = await sql<OverviewRow>`${prepared('overview')}
    select settings.epoch, settings.version, settings.status, settings.default_channel_id, settings.preferences,
      syncs.requested, syncs.done, syncs.state, syncs.error_code, syncs.finished_at, scopes.scope_id,
      pipelines.body as pipelines, ${isYoung('pipelines.fetched_at')} as pipelines_fresh,
      templates.body as templates, ${isYoung('templates.fetched_at')} as templates_fresh,
      ${isYoung('accounts.refreshed_at')} as profile_fresh
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
    scopeId: row?.scope_id ?? undefined,
    pipelines: row && cachedAnswer(row.pipelines, row.pipelines_fresh),
    templates: row && cachedAnswer(row.templates, row.templates_fresh),
    isProfileFresh: row?.profile_fresh === true,
  };
}
