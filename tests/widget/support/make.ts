import type {
  Attempt,
  Channel,
  ChannelMessages,
  Settings,
  Template,
  Undelivered,
} from '../../../src/contract/api.ts';
import type { ConnectorDescription } from '../../../src/contract/connectors.ts';

/** Objects as the backend sends them; each test names only what it is about. */

export const telegram: ConnectorDescription = {
  id: 'telegram',
  auth: 'api_key',
  title_key: 'connectors.telegram.title',
  fields: [
    { name: 'token', type: 'password', required: true, secret: true, pattern: '^[0-9]{5,}:.+$' },
  ],
  carries_messages: true,
};

export const waha: ConnectorDescription = {
  id: 'waha',
  auth: 'qr',
  title_key: 'connectors.waha.title',
  fields: [{ name: 'phone', type: 'phone', required: false, secret: false }],
  carries_messages: false,
};

export const slack: ConnectorDescription = {
  id: 'slack',
  auth: 'oauth',
  title_key: 'connectors.slack.title',
  fields: [],
  carries_messages: false,
};

export function makeMessages(change: Partial<ChannelMessages> = {}): ChannelMessages {
  return {
    carries: true,
    last_received_at: null,
    last_sent_at: null,
    pending: 0,
    undelivered: 0,
    ...change,
  };
}

export function makeChannel(change: Partial<Channel> = {}): Channel {
  const id = change.id ?? 'channel-1';
  const ids = change.pipeline_ids ?? [7001];
  return {
    id,
    name: 'Demo Support',
    phone: '',
    phone_text: '',
    pipeline_id: ids[0] ?? null,
    pipeline_ids: ids,
    is_multidevice_mode_on: 1,
    is_default: false,
    is_saved: true,
    connector: 'telegram',
    status: 'connected',
    status_reason: null,
    checked_at: null,
    test: null,
    account: { external_id: id, name: 'Demo Support', handle: '@demo_support_bot' },
    messages: makeMessages(),
    options: {},
    created_at: '2026-11-22T09:00:00.000Z',
    _links: { self: { href: `https://backend.test/messenger/channels/${id}` } },
    ...change,
  };
}

export function makeUndelivered(change: Partial<Undelivered> = {}): Undelivered {
  return {
    id: 'message-1',
    direction: 'out',
    at: '2026-11-22T09:30:00.000Z',
    person: { name: 'Ana Souza' },
    kind: 'text',
    reason: 'blocked',
    can_retry: true,
    ...change,
  };
}

export function makeTemplate(change: Partial<Template> = {}): Template {
  return {
    id: 1,
    name: 'Greeting',
    content: 'Hello! How can we help?',
    type: 'amocrm',
    external_id: null,
    review_status: null,
    is_on_review: false,
    ...change,
  };
}

export function makeSettings(change: Partial<Settings> = {}): Settings {
  const channels = change.channels ?? [];
  return {
    version: 1,
    status: channels.length > 0 ? 'active' : 'new',
    install: { state: 'active' },
    account: {
      id: 31263018,
      subdomain: 'demo',
      domain: 'demo.kommo.com',
      name: 'Demo',
      language: 'en',
      country: 'US',
    },
    user: { id: 8001, is_admin: true },
    connectors: [telegram, waha, slack],
    limits: { channels: { max: 50, used: channels.length } },
    pipelines: [
      { id: 7001, name: 'Sales', is_main: true, is_archived: false },
      { id: 7002, name: 'Support', is_main: false, is_archived: false },
      { id: 7003, name: 'Archive 2024', is_main: false, is_archived: true },
    ],
    channels,
    default_channel_id: channels[0]?.id ?? null,
    templates: [],
    preferences: {
      language: { mode: 'account', value: 'en' },
      country: { mode: 'account', value: 'US' },
    },
    changeable: {
      'channels.name': 'anytime',
      'channels.pipeline_ids': 'anytime',
      default_channel_id: 'anytime',
      'preferences.language': 'anytime',
      'preferences.country': 'reinstall',
    },
    sync:
      channels.length > 0
        ? { state: 'done', finished_at: '2026-11-22T09:00:00.000Z' }
        : { state: 'never' },
    saved_by: channels.length > 0 ? { user_id: 8001, at: '2026-11-22T08:59:00.000Z' } : null,
    ...change,
  };
}

export function makeAttempt(change: Partial<Attempt> = {}): Attempt {
  const now = Date.now();
  return {
    id: 'attempt-1',
    connector: 'telegram',
    auth: 'api_key',
    state: 'waiting',
    poll_after_ms: 2000,
    expires_at: new Date(now + 600_000).toISOString(),
    server_time: new Date(now).toISOString(),
    ...change,
  };
}
