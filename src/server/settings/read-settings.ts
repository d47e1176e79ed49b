import type { InstallStatus, Pipeline, Settings, Template } from '../../contract/api.ts';
import { isAdmin } from '../access/admin.ts';
import type { Caller } from '../accounts/caller.ts';
import { installStatus } from '../accounts/install-state.ts';
import {
  LIST_SECONDS,
  readPipelines,
  readTemplates,
  refreshProfile,
} from '../accounts/kommo-lists.ts';
import { effectivePreferences } from '../accounts/preferences.ts';
import type { StoredSettings } from '../accounts/rows.ts';
import { type Account, findAccount } from '../accounts/rows.ts';
import { viewChannel } from '../channels/channels.ts';
import { listChannels, type StoredChannel } from '../channels/rows.ts';
import type { StoredSync } from '../channels/sources/rows.ts';
import { viewSync } from '../channels/sources/view-sync.ts';
import type { Context } from '../context.ts';
import { isLastingRefusal, toAppError } from '../to-app-error.ts';
import { CHANGEABLE } from './check-save.ts';
import { findOverview } from './rows.ts';

/** What the settings are composed of. */
export interface SettingsContent {
  account: Account | undefined;
  settings: StoredSettings;
  channels: StoredChannel[];
  sync: StoredSync | undefined;
  install: InstallStatus;
  isAdmin: boolean;
  pipelines: Pipeline[];
  templates: Template[];
}

/**
 * Everything the settings screen shows. Without a grant that is where to authorize; while Kommo is in trouble, what
 * Kommo said last.
 *
 * @throws AppError when Kommo is in trouble and nothing is known yet
 */
export async function readSettings(context: Context, caller: Caller): Promise<Settings> {
  const { account } = caller;
  const key = { id: caller.accountId, epoch: account?.epoch ?? 0 };
  const [overview, channels] = await Promise.all([
    findOverview(context.db, key, LIST_SECONDS),
    listChannels(context.db, key.id, key.epoch),
  ]);
  const isInstalled = account?.installState === 'active';
  const [isAdministrator, pipelines, templates] = await Promise.all([
    isAdmin(context, caller),
    isInstalled ? withoutGrant(readPipelines(context, account, overview.pipelines)) : [],
    isInstalled ? withoutGrant(readTemplates(context, account, overview.templates)) : [],
    isInstalled && !overview.isProfileFresh ? refreshProfile(context, account) : undefined,
  ]);
  const { isProfileFresh } = overview;
  const areFresh = overview.pipelines?.isFresh && overview.templates?.isFresh && isProfileFresh;
  // If Kommo was asked, it may have said something new about the account, or that its grant is dead.
  const hasAsked = isInstalled && !(areFresh && isAdministrator);
  const present = hasAsked ? await findAccount(context.db, account.id) : account;
  const install = await installStatus(context, caller, present);
  if (!isInstalled && install.state === 'authorization_required') {
    // The install may have finished after the account was read and before its code was.
    const latest = await findAccount(context.db, caller.accountId);
    const isNew = latest?.installState === 'active';
    if (isNew) return readSettings(context, { ...caller, account: latest });
  }
  return composeSettings(context, caller, {
    account: present,
    settings: overview.settings,
    channels,
    sync: overview.sync,
    install,
    isAdmin: isAdministrator,
    pipelines,
    templates,
  });
}

/** The settings as the wire has them. */
export function composeSettings(
  context: Context,
  caller: Caller,
  { account, settings, channels, sync, install, ...of }: SettingsContent,
): Settings {
  const profile = {
    name: account?.name ?? '',
    language: account?.language ?? '',
    country: account?.country ?? '',
  };
  return {
    version: settings.version,
    status: settings.status,
    install,
    account: {
      id: caller.accountId,
      subdomain: account?.subdomain ?? caller.host.subdomain,
      domain: account?.host ?? caller.host.host,
      ...profile,
    },
    user: { id: caller.userId, is_admin: of.isAdmin },
    connectors: context.connectors.describe(),
    limits: { channels: { max: context.config.maxChannels, used: channels.length } },
    pipelines: of.pipelines,
    channels: channels.map((channel) => viewChannel(context, channel, settings.defaultChannelId)),
    default_channel_id: settings.defaultChannelId,
    templates: of.templates,
    preferences: effectivePreferences(settings.preferences, profile),
    changeable: CHANGEABLE,
    sync: viewSync(sync),
    saved_by: savedBy(settings),
  };
}

function savedBy({ savedAt, savedBy: user_id }: StoredSettings): Settings['saved_by'] {
  return savedAt === null || user_id === null ? null : { user_id, at: savedAt.toISOString() };
}

/** What was read; empty when an administrator has to act first. */
async function withoutGrant<T>(reading: Promise<T[]>): Promise<T[]> {
  try {
    return await reading;
  } catch (error) {
    if (isLastingRefusal(error)) return [];
    throw toAppError(error);
  }
}
