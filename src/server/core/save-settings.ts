import type { Pipeline, SaveSettings, Settings } from '../../contract/api.ts';
import { AppError } from '../app-error.ts';
import type { Parts } from '../parts.ts';
import { lockAccount } from '../storage/account-lock.ts';
import type { Account } from '../storage/accounts.ts';
import { listChannels, saveChannel } from '../storage/channels.ts';
import type { Db, Trx } from '../storage/database.ts';
import { findSettings, type StoredSettings, storeSettings } from '../storage/settings.ts';
import { listSources, replaceSources } from '../storage/sources.ts';
import { requestSync } from '../storage/syncs.ts';
import { transaction } from '../storage/transaction.ts';
import { isAdmin } from './admin.ts';
import type { Caller } from './caller.ts';
import { ensureScope } from './chat-channel.ts';
import { requireActiveAccount } from './install-state.ts';
import { demandVersion, judgeSave, type Present } from './judge-save.ts';
import { knownTemplates, readPipelines } from './kommo-data.ts';
import { storedPreferences } from './preferences.ts';
import { composeSettings, type KommoSide } from './settings.ts';
import { assignSources } from './source-plan.ts';

/** Stores the answer in the transaction that it answers for, so that a repeated request gets it again. */
export type Keep = (trx: Trx, settings: Settings) => Promise<void>;

/**
 * Saves the settings. First everything is judged; then the chat channel is connected, unless this install
 * epoch has it already; then one transaction writes the settings, sets the account active and asks for the
 * sync. When Kommo refuses to connect, nothing changes.
 *
 * @throws AppError `version_conflict`, `requires_reinstall`, `validation_failed`, `source_limit_reached`,
 *   `kommo_reauthorize`; KommoError when Kommo cannot be asked, or refuses to connect the chat channel
 */
export async function saveSettings(
  parts: Parts,
  caller: Caller,
  wanted: SaveSettings,
  keep: Keep,
): Promise<Settings> {
  const account = await requireActiveAccount(parts, caller);
  const wish = withoutRepeats(wanted);
  // Judged by what is known first: a stale save must not cost a call to Kommo.
  demandVersion(await findSettings(parts.db, account.id, account.epoch), wish);
  const pipelines = await readPipelines(parts, account.id);
  judgeSave(wish, await readPresent(parts.db, parts, account, pipelines));
  await ensureScope(parts, account);
  const kommo: KommoSide = {
    install: { state: 'active' },
    isAdmin: await isAdmin(parts, caller),
    pipelines,
    templates: await knownTemplates(parts, account.id).catch(() => []),
  };
  return transaction(parts.db, async (trx) => {
    const locked = await lockAccount(trx, account.id);
    if (locked?.epoch !== account.epoch || locked.installState !== 'active') {
      throw new AppError('kommo_reauthorize');
    }
    // Judged again under the lock: a channel may be gone, another administrator may have been quicker.
    const present = await readPresent(trx, parts, account, pipelines);
    judgeSave(wish, present);
    await write(trx, parts, account, wish, present.settings);
    const saved = await composeSettings(trx, parts, caller, kommo);
    await keep(trx, saved);
    return saved;
  });
}

async function readPresent(
  db: Db,
  parts: Parts,
  account: Account,
  pipelines: Pipeline[],
): Promise<Present> {
  return {
    settings: await findSettings(db, account.id, account.epoch),
    channels: await listChannels(db, account.id, account.epoch),
    pipelines,
    sharing: parts.config.pipelineSharing,
  };
}

async function write(
  trx: Trx,
  parts: Parts,
  account: Account,
  wish: SaveSettings,
  stored: StoredSettings,
): Promise<void> {
  const known = await listSources(trx, account.id);
  const ids = wish.channels.map((channel) => channel.id);
  const mappings = wish.channels.flatMap((channel) =>
    assignSources({ id: channel.id, pipelineIds: channel.pipeline_ids }, known),
  );
  for (const { id, name, pipeline_ids } of wish.channels) {
    await saveChannel(trx, id, { name, pipelineIds: pipeline_ids });
  }
  await replaceSources(trx, account.id, ids, mappings);
  await storeSettings(trx, account.id, account.epoch, {
    version: stored.version + 1,
    status: 'active',
    defaultChannelId: wish.default_channel_id,
    preferences: wish.preferences ? storedPreferences(wish.preferences) : stored.preferences,
    savedAt: parts.now(),
  });
  await requestSync(trx, account.id);
  await parts.jobs.send(trx, 'sync-sources', { accountId: account.id });
}

/** One pipeline chosen twice is one source. */
function withoutRepeats(wish: SaveSettings): SaveSettings {
  return {
    ...wish,
    channels: wish.channels.map((channel) => ({
      ...channel,
      pipeline_ids: [...new Set(channel.pipeline_ids)],
    })),
  };
}
