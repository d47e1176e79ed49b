import { type Account, findSettings } from '../../accounts/rows.ts';
import { listChannels, type StoredChannel } from '../../channels/rows.ts';
import { findScope } from '../../channels/scope/rows.ts';
import { findSync } from '../../channels/sources/rows.ts';
import { findGrantFault, type GrantFault } from '../../kommo/grants/rows.ts';
import type { Command, Tools } from '../command.ts';
import { renderFacts, renderTable } from '../render.ts';
import { ACCOUNT_OPERAND, getAccount } from './get-account.ts';
import { findInstallMoments, type InstallMoments } from './rows.ts';

export const showAccountCommand: Command = {
  words: 'accounts show',
  operands: [ACCOUNT_OPERAND],
  options: [],
  about: 'Shows how one account stands: install, grant, settings, sync and channels.',
  run: async (tools, order) => {
    const known = await readAccount(tools, await getAccount(tools, order.operand(0)));
    return { json: jsonOf(known), text: textOf(known) };
  },
};

type Known = Awaited<ReturnType<typeof readAccount>>;

async function readAccount({ db }: Tools, account: Account) {
  const { id, epoch } = account;
  return {
    account,
    moments: await findInstallMoments(db, id),
    fault: await findGrantFault(db, id),
    settings: await findSettings(db, id, epoch),
    scope: await findScope(db, id, epoch),
    sync: await findSync(db, id),
    channels: await listChannels(db, id, epoch),
  };
}

function jsonOf({ account, moments, fault, settings, scope, sync, channels }: Known): object {
  const { id, host, subdomain, language, country, epoch, installState } = account;
  return {
    ...{ id, host, subdomain, language, country, state: installState, install: epoch },
    first_installed_at: isoOf(moments?.createdAt),
    ended_at: isoOf(moments?.disabledAt),
    grant: moments && grantOf(moments, fault),
    chat_channel_connected: scope !== undefined,
    settings: {
      ...{ status: settings.status, version: settings.version },
      default_channel_id: settings.defaultChannelId,
    },
    sync: sync
      ? {
          ...{ state: sync.state, open: sync.requested > sync.done, error_code: sync.errorCode },
          finished_at: isoOf(sync.finishedAt),
        }
      : null,
    channels: channels.map((channel) => ({
      ...{ id: channel.id, service: channel.connector, status: channel.status },
      status_reason: channel.statusReason,
      is_default: channel.id === settings.defaultChannelId,
      is_saved: channel.isSaved,
      pending: channel.figures?.pending ?? 0,
      undelivered: channel.figures?.undelivered ?? 0,
    })),
  };
}

function grantOf(moments: InstallMoments, fault: GrantFault | undefined): object | null {
  if (moments.grantState === null) return null;
  return {
    state: moments.grantState,
    access_token_expires_at: isoOf(moments.accessTokenExpiresAt),
    refreshed_at: isoOf(moments.refreshedAt),
    failed_refreshes: moments.refreshFailures,
    lacks_rights: fault?.lacksRights ?? false,
    install_ends_at: isoOf(fault?.endsAt),
  };
}

function isoOf(moment: Date | null | undefined): string | null {
  return moment?.toISOString() ?? null;
}

function textOf({ account, moments, fault, settings, scope, sync, channels }: Known): string {
  const facts = renderFacts([
    ['Account', account.id],
    ['Host', account.host ?? `none; it was ${account.subdomain}.${account.tld}`],
    ['State', account.installState],
    ['Install', account.epoch],
    ['First installed', moments?.createdAt],
    ['Ended', moments?.disabledAt],
    ['Language, country', `${account.language}, ${account.country}`],
    ['Grant', moments?.grantState ?? 'none'],
    ['Access token until', moments?.accessTokenExpiresAt],
    ['Refreshed', moments?.refreshedAt],
    ['Failed refreshes', moments?.refreshFailures],
    ['Lacks rights', fault?.lacksRights],
    ['Install ends', fault?.endsAt],
    ['Chat channel', scope === undefined ? 'not connected' : 'connected'],
    [
      'Settings',
      settings.status === 'active' ? `saved, version ${settings.version}` : 'never saved',
    ],
    ['Sync', sync?.state ?? 'never'],
    ['Sync error', sync?.errorCode],
    ['Sync ended', sync?.finishedAt],
  ]);
  if (channels.length === 0) return `${facts}\n\nNo channels.`;
  return `${facts}\n\n${tableOf(channels, settings.defaultChannelId)}`;
}

function tableOf(channels: readonly StoredChannel[], defaultId: string | null): string {
  return renderTable(
    ['Channel', 'Service', 'Status', 'Reason', 'Default', 'Saved', 'Pending', 'Undelivered'],
    channels.map(({ id, connector, status, statusReason, isSaved, figures }) => [
      ...[id, connector, status, statusReason, id === defaultId, isSaved],
      ...[figures?.pending, figures?.undelivered],
    ]),
  );
}
