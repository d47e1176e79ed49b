import type {
  InstallStatus,
  Pipeline,
  Settings,
  SyncStatus,
  Template,
} from '../../contract/api.ts';
import type { Parts } from '../parts.ts';
import { findAccount } from '../storage/accounts.ts';
import { listChannels } from '../storage/channels.ts';
import type { Db } from '../storage/database.ts';
import { findSettings } from '../storage/settings.ts';
import { findSync, type StoredSync } from '../storage/syncs.ts';
import { isAdmin } from './admin.ts';
import type { Caller } from './caller.ts';
import { CHANGEABLE } from './changeable.ts';
import { viewChannel } from './channel-view.ts';
import { installStatus } from './install-state.ts';
import { readPipelines, readTemplates, refreshProfile } from './kommo-data.ts';
import { isLastingRefusal, toAppError } from './kommo-errors.ts';
import { effectivePreferences } from './preferences.ts';

/** The part of the settings that is not in our database, read before any transaction. */
export interface KommoSide {
  install: InstallStatus;
  isAdmin: boolean;
  pipelines: Pipeline[];
  templates: Template[];
}

/**
 * Everything the settings screen shows. Without a grant it says where to authorize; in Kommo's trouble it
 * shows what Kommo said last.
 *
 * @throws AppError when Kommo is in trouble and nothing is known yet
 */
export async function readSettings(parts: Parts, caller: Caller): Promise<Settings> {
  const account = await findAccount(parts.db, caller.accountId);
  const isInstalled = account?.installState === 'active';
  const [isAdministrator, pipelines, templates] = await Promise.all([
    isAdmin(parts, caller),
    isInstalled ? withoutGrant(readPipelines(parts, account.id)) : [],
    isInstalled ? withoutGrant(readTemplates(parts, account.id)) : [],
    isInstalled ? refreshProfile(parts, account) : undefined,
  ]);
  // Asked last: one of the calls above may have found the grant dead.
  const install = await installStatus(parts, caller);
  return composeSettings(parts.db, parts, caller, {
    install,
    isAdmin: isAdministrator,
    pipelines,
    templates,
  });
}

/** The settings as the wire has them, read through `db`, which may be a transaction. */
export async function composeSettings(
  db: Db,
  parts: Parts,
  caller: Caller,
  kommo: KommoSide,
): Promise<Settings> {
  const account = await findAccount(db, caller.accountId);
  const epoch = account?.epoch ?? 0;
  const channels = await listChannels(db, caller.accountId, epoch);
  const stored = await findSettings(db, caller.accountId, epoch);
  const sync = await findSync(db, caller.accountId);
  const profile = {
    name: account?.name ?? '',
    language: account?.language ?? '',
    country: account?.country ?? '',
  };
  return {
    version: stored.version,
    status: stored.status,
    install: kommo.install,
    account: {
      id: caller.accountId,
      subdomain: account?.subdomain ?? caller.host.subdomain,
      domain: account?.host ?? caller.host.host,
      ...profile,
    },
    user: { id: caller.userId, is_admin: kommo.isAdmin },
    connectors: parts.connectors.describe(),
    limits: { channels: { max: parts.config.maxChannels, used: channels.length } },
    pipelines: kommo.pipelines,
    channels: channels.map((channel) => viewChannel(parts, channel, stored.defaultChannelId)),
    default_channel_id: stored.defaultChannelId,
    templates: kommo.templates,
    preferences: effectivePreferences(stored.preferences, profile),
    changeable: CHANGEABLE,
    sync: viewSync(sync),
  };
}

async function withoutGrant<T>(reading: Promise<T[]>): Promise<T[]> {
  try {
    return await reading;
  } catch (error) {
    if (isLastingRefusal(error)) return [];
    throw toAppError(error);
  }
}

function viewSync(sync: StoredSync | undefined): SyncStatus {
  if (!sync) return { state: 'never' };
  return {
    state: sync.state,
    ...(sync.finishedAt && { finished_at: sync.finishedAt.toISOString() }),
    ...(sync.state === 'failed' && sync.errorCode !== null && { error_code: sync.errorCode }),
  };
}
