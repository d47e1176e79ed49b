import type { Attempt, Channel, Settings } from '../../src/contract/api.ts';
import type { ConnectorDescription } from '../../src/contract/connectors.ts';
import { qrImage } from '../../src/server/channels/attempts/qr-image.ts';
import { makeAttempt, makeChannel, makeMessages, makeSettings } from '../widget/support/make.ts';

/** The accounts, channels and attempts that the states are about. */

export const CONNECTORS: ConnectorDescription[] = [
  {
    id: 'telegram',
    auth: 'api_key',
    title_key: 'connectors.telegram.title',
    fields: [
      {
        name: 'token',
        type: 'password',
        required: true,
        secret: true,
        pattern: '^[0-9]{5,}:.{30,}$',
      },
    ],
    carries_messages: true,
  },
  {
    id: 'waha',
    auth: 'qr',
    title_key: 'connectors.waha.title',
    fields: [{ name: 'phone', type: 'phone', required: false, secret: false }],
    carries_messages: true,
  },
  {
    id: 'slack',
    auth: 'oauth',
    title_key: 'connectors.slack.title',
    fields: [],
    carries_messages: true,
  },
  {
    id: 'acme',
    auth: 'oauth',
    title_key: 'Acme Chat',
    fields: [],
    carries_messages: false,
  },
  {
    id: 'api',
    auth: 'api_key',
    title_key: 'connectors.api.title',
    fields: [
      { name: 'name', type: 'text', required: true, secret: false },
      { name: 'callback_url', type: 'url', required: true, secret: false },
    ],
    carries_messages: true,
  },
];

const PIPELINES: Settings['pipelines'] = [
  { id: 7001, name: 'Sales', is_main: true, is_archived: false },
  { id: 7002, name: 'Support', is_main: false, is_archived: false },
  { id: 7004, name: 'Partners', is_main: false, is_archived: false },
  { id: 7003, name: 'Archive 2024', is_main: false, is_archived: true },
];

const HINT = { last4: '0001', set_at: '2026-11-20T09:00:00.000Z' };

export const telegramChannel: Channel = makeChannel({
  id: 'telegram-1',
  name: 'Demo Support',
  status: 'connected',
  checked_at: '2026-11-22T09:58:00.000Z',
  test: 'last_chat',
  account: {
    external_id: '7000000001',
    name: 'Demo Support',
    handle: '@demo_support_bot',
    credential_hint: HINT,
  },
  messages: makeMessages({
    last_received_at: '2026-11-22T09:40:00.000Z',
    last_sent_at: '2026-11-22T09:45:00.000Z',
  }),
  options: { groups: 'ignore' },
});

export const whatsappChannel: Channel = makeChannel({
  id: 'waha-1',
  name: 'Front desk',
  connector: 'waha',
  phone: '+5511912345678',
  pipeline_ids: [7001, 7002],
  status: 'connected',
  checked_at: '2026-11-22T09:58:00.000Z',
  test: 'own_number',
  account: { external_id: '5511912345678', name: 'Ana Front Desk', handle: '+5511912345678' },
  messages: makeMessages({ last_received_at: '2026-11-21T18:10:00.000Z', pending: 2 }),
  options: { groups: 'import', own_device: 'import' },
});

export const slackChannel: Channel = makeChannel({
  id: 'slack-1',
  name: 'Acme workspace',
  connector: 'slack',
  pipeline_ids: [7004],
  checked_at: '2026-11-22T09:58:00.000Z',
  account: { external_id: 'T0001', name: 'Acme workspace', handle: 'acme.slack.com' },
});

export const brokenChannel: Channel = makeChannel({
  ...whatsappChannel,
  id: 'waha-2',
  name: 'Night shift',
  phone: '+905321234567',
  pipeline_ids: [7002],
  status: 'action_needed',
  status_reason: 'scan_again',
  account: { external_id: '905321234567', name: 'Night shift', handle: '+905321234567' },
  messages: makeMessages({ last_received_at: '2026-11-20T18:10:00.000Z', undelivered: 3 }),
});

/** The four channels most states begin with: one of each kind, and one that needs a hand. */
export const FOUR: Channel[] = [telegramChannel, whatsappChannel, slackChannel, brokenChannel];

export const OFFLINE = { status: 'phone_offline', status_reason: 'phone_offline' } as const;

/** Fifty channels of all services and states, as a large team has them. */
export const FIFTY: Channel[] = Array.from({ length: 50 }, (_, index) => {
  const model = FOUR[index % 3] ?? telegramChannel;
  const number = index + 1;
  const odd =
    index === 23 ? brokenChannel : index === 37 ? { ...whatsappChannel, ...OFFLINE } : model;
  return makeChannel({
    ...odd,
    id: `channel-${number}`,
    name: `${odd.name} ${number}`,
    account: { ...odd.account, external_id: `account-${number}` },
  });
});

/** The settings of an account with these channels, saved before. */
export function settingsOf(channels: Channel[], change: Partial<Settings> = {}): Settings {
  const first = channels[0]?.id ?? null;
  return makeSettings({
    channels: channels.map((channel) => ({ ...channel, is_default: channel.id === first })),
    connectors: CONNECTORS,
    pipelines: PIPELINES,
    status: 'active',
    version: 7,
    default_channel_id: first,
    sync: { state: 'done', finished_at: '2026-11-22T09:00:00.000Z' },
    ...change,
  });
}

/** The settings of an account in which nothing was ever saved. */
export function newSettings(change: Partial<Settings> = {}): Settings {
  return settingsOf([], { status: 'new', version: 0, sync: { state: 'never' }, ...change });
}

const TIMES = { server_time: '2026-11-22T10:00:00.000Z', expires_at: '2026-11-22T10:10:00.000Z' };

/** An attempt at a service, at the gallery's time. */
export function attemptAt(connector: string, change: Partial<Attempt> = {}): Attempt {
  const auth = CONNECTORS.find(({ id }) => id === connector)?.auth ?? 'oauth';
  return makeAttempt({ ...TIMES, connector, auth, ...change });
}

/** A QR attempt with its code on the screen. */
export function scanning(change: Partial<Attempt> = {}): Attempt {
  return attemptAt('waha', {
    qr: {
      image: qrImage('2@R2FsbGVyeSBjb2RlIHRoYXQgbGlua3Mgbm8gcGhvbmU=,gallery,code,only=='),
      expires_at: '2026-11-22T10:00:42.000Z',
      refreshed: 0,
      refreshes: 5,
    },
    ...change,
  });
}

/** An OAuth attempt whose sign-in page may be opened. */
export function signingIn(change: Partial<Attempt> = {}): Attempt {
  return attemptAt('slack', {
    authorize_url: 'https://slack.com/oauth/v2/authorize?state=gallery',
    ...change,
  });
}
