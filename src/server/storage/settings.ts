import type { Selectable } from 'kysely';
import type { Preferences } from '../../contract/api.ts';
import type { SettingsTable } from './account-tables.ts';
import type { Db, Trx } from './database.ts';

/** What the admin saved for one account, or what applies before the first save. */
export interface StoredSettings {
  version: number;
  status: 'new' | 'active';
  defaultChannelId: string | null;
  preferences: Preferences;
}

/** What `settingsOf` reads of `settings`. */
export type SettingsRow = Pick<
  Selectable<SettingsTable>,
  'epoch' | 'version' | 'status' | 'default_channel_id' | 'preferences'
>;

const FOLLOW_ACCOUNT: Preferences = {
  language: { mode: 'account', value: '' },
  country: { mode: 'account', value: '' },
};

/** The settings of an install epoch; those of an earlier epoch count as never saved. */
export async function findSettings(
  db: Db,
  accountId: number,
  epoch: number,
): Promise<StoredSettings> {
  const row = await db
    .selectFrom('settings')
    .selectAll()
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return settingsOf(row, epoch);
}

/** A row of `settings`, or the lack of one, as the settings of this install epoch. */
export function settingsOf(
  row: { [Name in keyof SettingsRow]: SettingsRow[Name] | null } | undefined,
  epoch: number,
): StoredSettings {
  if (row?.version == null || row.status === null || row.preferences === null) return fresh(0);
  if (row.epoch !== epoch) return fresh(row.version);
  return {
    version: row.version,
    status: row.status,
    defaultChannelId: row.default_channel_id,
    preferences: row.preferences,
  };
}

/** Writes the settings of an epoch. Call with the account locked: see account-lock.ts. */
async function storeSettings(
  trx: Trx,
  accountId: number,
  epoch: number,
  settings: StoredSettings & { savedAt?: Date },
): Promise<void> {
  const values = {
    epoch,
    version: settings.version,
    status: settings.status,
    default_channel_id: settings.defaultChannelId,
    preferences: JSON.stringify(settings.preferences),
    ...(settings.savedAt && { saved_at: settings.savedAt }),
  };
  await trx
    .insertInto('settings')
    .values({ account_id: accountId, ...values })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(values))
    .execute();
}

/** Moves the default; for a channel that was connected first, or removed. The account is locked. */
export async function storeDefaultChannel(
  trx: Trx,
  accountId: number,
  epoch: number,
  channelId: string | null,
): Promise<void> {
  const settings = await findSettings(trx, accountId, epoch);
  await storeSettings(trx, accountId, epoch, { ...settings, defaultChannelId: channelId });
}

function fresh(version: number): StoredSettings {
  return { version, status: 'new', defaultChannelId: null, preferences: FOLLOW_ACCOUNT };
}
