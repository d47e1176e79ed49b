import { setTimeout as sleep } from 'node:timers/promises';
import type { SaveSettings, Settings, SyncStatus } from '../../contract/api.ts';
import { isAdmin } from '../access/admin.ts';
import type { Caller } from '../accounts/caller.ts';
import { requireActiveAccount } from '../accounts/install-state.ts';
import { askPipelines, knownTemplates, LIST_SECONDS } from '../accounts/kommo-lists.ts';
import { storedPreferences } from '../accounts/preferences.ts';
import { type Account, findAccount } from '../accounts/rows.ts';
import { listChannels, type StoredChannel } from '../channels/rows.ts';
import { ensureScope } from '../channels/scope/chat-channel.ts';
import { listSources, type SourceMapping } from '../channels/sources/rows.ts';
import { viewSync } from '../channels/sources/view-sync.ts';
import type { Context } from '../context.ts';
import { AppError } from '../platform/app-error.ts';
import type { Trx } from '../platform/database/database.ts';
import { transaction } from '../platform/database/transaction.ts';
import { SYNC_SOURCES } from '../queues.ts';
import { checkSave, checkVersion } from './check-save.ts';
import { composeSettings, readSettings } from './read-settings.ts';
import { findOverview, type Overview, type Save, writeSave } from './rows.ts';
import { assignSources } from './source-plan.ts';

/**
 * What we keep of an answered save. A repeated request composes the rest again: an answer with fifty channels is
 * large, and each save would store one.
 */
export interface SaveReceipt {
  version: number;
  sync: SyncStatus;
}

/** Stores the receipt in the transaction of the save, so that a repeated request gets it again. */
export type Keep = (trx: Trx, receipt: SaveReceipt) => Promise<void>;

/** What a save is checked against and replaces. */
interface Present extends Overview {
  channels: StoredChannel[];
  sources: SourceMapping[];
}

/** Another write may come between the check and our own; the save is then checked again. */
const MOST_TRIES = 4;
const LONGEST_PAUSE_MS = 100;

/** Gives the transaction up: nothing of the save is kept. */
class Outdated extends Error {}

/**
 * Saves the settings. First everything is checked; then the chat channel is connected, unless it already is in
 * this install epoch; then one transaction writes the settings and requests the sync. If Kommo refuses to
 * connect, nothing changes.
 *
 * @throws AppError `version_conflict`, `requires_reinstall`, `validation_failed`, `source_limit_reached`,
 *   `kommo_reauthorize`; KommoError when Kommo cannot be asked, or refuses to connect the chat channel
 */
export async function saveSettings(
  context: Context,
  caller: Caller,
  wanted: SaveSettings,
  keep: Keep,
): Promise<Settings> {
  const account = await requireActiveAccount(context, caller);
  const input = withoutRepeats(wanted);
  let present = await readPresent(context, account);
  // First against what is known: a stale save must not cost a call to Kommo.
  checkVersion(present.settings, input);
  const pipelines = await askPipelines(context, account, present.pipelines);
  const [isAdministrator, templates] = await Promise.all([
    isAdmin(context, caller),
    knownTemplates(context, account, present.templates).catch(() => []),
  ]);
  for (let tries = 1; ; tries += 1) {
    checkSave(input, { ...present, pipelines, sharing: context.config.pipelineSharing });
    if (present.scopeId === undefined) await ensureScope(context, account);
    const save = composeSave(context, { account, savedBy: caller.userId }, input, present);
    const sync = queuedAfter(present.sync);
    const receipt = { version: save.version + 1, sync: viewSync(sync) };
    if (await write(context, save, (trx) => keep(trx, receipt))) {
      return composeSettings(context, caller, {
        account,
        settings: { ...save, version: receipt.version, status: 'active' },
        channels: savedChannels(present.channels, save),
        sync,
        install: { state: 'active' },
        isAdmin: isAdministrator,
        pipelines,
        templates,
      });
    }
    if (tries === MOST_TRIES) throw new AppError('in_progress');
    await sleep(Math.random() * LONGEST_PAUSE_MS);
    const current = await findAccount(context.db, account.id);
    if (current?.epoch !== account.epoch || current.installState !== 'active') {
      throw new AppError('kommo_reauthorize');
    }
    present = await readPresent(context, account);
  }
}

/** Answers a repeated save with the settings as they are now. */
export async function repeatSave(
  context: Context,
  caller: Caller,
  receipt: SaveReceipt,
): Promise<Settings> {
  const settings = await readSettings(context, caller);
  return settings.version === receipt.version ? { ...settings, sync: receipt.sync } : settings;
}

async function readPresent(context: Context, account: Account): Promise<Present> {
  const [overview, channels, sources] = await Promise.all([
    findOverview(context.db, account, LIST_SECONDS),
    listChannels(context.db, account.id, account.epoch),
    listSources(context.db, account.id),
  ]);
  return { ...overview, channels, sources };
}

function composeSave(
  context: Context,
  { account, savedBy }: { account: Account; savedBy: number },
  input: SaveSettings,
  present: Present,
): Save {
  const channels = input.channels.map(({ id, name, pipeline_ids, options }) => ({
    id,
    name,
    pipelineIds: pipeline_ids,
    ...(options && { options }),
  }));
  return {
    accountId: account.id,
    epoch: account.epoch,
    version: present.settings.version,
    defaultChannelId: input.default_channel_id,
    preferences: input.preferences
      ? storedPreferences(input.preferences)
      : present.settings.preferences,
    savedAt: context.now(),
    savedBy,
    channels,
    sources: channels.flatMap((channel) => assignSources(channel, present.sources)),
  };
}

/** One transaction, whose last statement locks the account. @returns false when the save was outdated */
async function write(
  context: Context,
  save: Save,
  keep: (trx: Trx) => Promise<void>,
): Promise<boolean> {
  try {
    await transaction(context.db, async (trx) => {
      await context.jobs.request(trx, SYNC_SOURCES, { accountId: save.accountId });
      await keep(trx);
      if (!(await writeSave(trx, save))) throw new Outdated();
    });
    return true;
  } catch (error) {
    if (error instanceof Outdated) return false;
    throw error;
  }
}

/** The channels as the save left them. */
function savedChannels(channels: readonly StoredChannel[], save: Save): StoredChannel[] {
  const saved = new Map(save.channels.map((channel) => [channel.id, channel]));
  return channels.map((channel) => {
    const { name, pipelineIds, options } = saved.get(channel.id) ?? {};
    if (name === undefined || pipelineIds === undefined) return channel;
    const kept = { ...channel.options, ...options };
    return { ...channel, name, pipelineIds: [...pipelineIds], options: kept, isSaved: true };
  });
}

function queuedAfter(sync: Overview['sync']): Overview['sync'] {
  const { requested, done, finishedAt } = sync ?? { requested: 0, done: 0, finishedAt: null };
  return { requested: requested + 1, done, state: 'queued', errorCode: null, finishedAt };
}

/** One pipeline chosen twice is one source. */
function withoutRepeats(input: SaveSettings): SaveSettings {
  return {
    ...input,
    channels: input.channels.map((channel) => ({
      ...channel,
      pipeline_ids: [...new Set(channel.pipeline_ids)],
    })),
  };
}
