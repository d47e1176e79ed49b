import { createHash } from 'node:crypto';
import type { Chat, ContactChat } from './chat-entities.ts';
import type { Contact, Lead, Unsorted } from './crm-entities.ts';
import { demoContacts, demoLeads } from './demo-crm.ts';
import type {
  Account,
  Channel,
  Code,
  CrmWebhook,
  Grant,
  Installation,
  Integration,
  Pipeline,
  Scope,
  Source,
  Template,
  User,
} from './entities.ts';
import { DEFAULT_SEED, type Seed } from './seed.ts';
import { defaultSwitches, refuseSwitch, type Switches } from './switches.ts';

/** Everything the emulated Kommo knows; plain JSON. */
export interface State {
  accounts: Account[];
  integrations: Integration[];
  installations: Installation[];
  codes: Code[];
  grants: Grant[];
  channels: Channel[];
  scopes: Scope[];
  sources: Source[];
  /** Ids of deleted sources by `account|client|external_id`. */
  deleted_source_ids: Record<string, number>;
  templates: Template[];
  chats: Chat[];
  contact_chats: ContactChat[];
  contacts: Contact[];
  leads: Lead[];
  unsorted: Unsorted[];
  webhooks: CrmWebhook[];
  /** Accounts by the subdomains they had before a rename. */
  former_hosts: Record<string, number>;
  switches: Switches;
  /** State of the chat-service doubles, one property each. */
  services: Record<string, unknown>;
  next_id: number;
}

/** Builds the state a seed describes. @throws Error naming the faulty part of the seed */
export function createState(seed: Seed = {}, now: number = Date.now()): State {
  const faults = Object.entries(seed.switches ?? {}).flatMap(
    ([name, value]) => refuseSwitch(name, value) ?? [],
  );
  if (faults.length > 0) throw new Error(`The seed's switches are wrong: ${faults.join('; ')}.`);
  const accounts = overlay(seed.accounts, DEFAULT_SEED.accounts, 'id').map((item) =>
    account(item, now),
  );
  const integrations = overlay(seed.integrations, DEFAULT_SEED.integrations, 'client_id');
  return {
    accounts,
    integrations: integrations.map((item) => integration(item)),
    installations: (seed.installations ?? []).map((item) => ({
      is_active: true,
      is_configured: false,
      settings: {},
      installed_at: now,
      ...item,
    })),
    codes: [],
    grants: [],
    channels: overlay(seed.channels, DEFAULT_SEED.channels, 'id').map((item) =>
      channel(item, integrations[0]?.client_id ?? ''),
    ),
    scopes: [],
    sources: [],
    deleted_source_ids: {},
    templates: [],
    chats: [],
    contact_chats: [],
    contacts: accounts.flatMap(demoContacts),
    leads: accounts.flatMap(demoLeads),
    unsorted: [],
    webhooks: [],
    former_hosts: {},
    switches: { ...defaultSwitches(), ...seed.switches },
    services: {},
    next_id: 3_108_001,
  };
}

/** Merges each given item over the built-in one with the same key; without a list, the built-in list. */
function overlay<Item extends object>(
  given: Item[] | undefined,
  builtIn: readonly Item[],
  key: keyof Item,
): Item[] {
  if (given === undefined) return structuredClone([...builtIn]);
  return given.map((item) => ({
    ...structuredClone(builtIn.find((base) => base[key] === item[key])),
    ...structuredClone(item),
  }));
}

function account(item: NonNullable<Seed['accounts']>[number], now: number): Account {
  const { users = [], pipelines = [], ...given } = item;
  const subdomain = given.subdomain ?? `account${item.id}`;
  return {
    subdomain,
    tld: 'kommo.com',
    name: subdomain,
    country: 'US',
    language: 'en',
    currency: 'USD',
    currency_symbol: '$',
    timezone: 'America/New_York',
    amojo_id: stableUuid(`account ${item.id}`),
    uuid: stableUuid(`account uuid ${item.id}`),
    api_domain: `api-c.${given.tld ?? 'kommo.com'}`,
    is_paid: true,
    is_technical_account: false,
    created_at: Math.floor(now / 1000),
    ...given,
    users: users.map(user),
    pipelines: pipelines.map(pipeline),
  };
}

function user(item: NonNullable<NonNullable<Seed['accounts']>[number]['users']>[number]): User {
  const { is_admin = false, is_free = false, is_active = true, ...given } = item;
  const all = { view: 'A', edit: 'A', add: 'A', delete: is_admin ? 'A' : 'D', export: 'A' };
  return {
    name: `User ${item.id}`,
    email: `user${item.id}@example.com`,
    lang: 'en',
    uuid: stableUuid(`user uuid ${item.id}`),
    amojo_id: stableUuid(`user ${item.id}`),
    phone_number: null,
    ...given,
    rights: {
      leads: { ...all },
      contacts: { ...all },
      companies: { ...all },
      tasks: { edit: 'A', delete: is_admin ? 'A' : 'D' },
      mail_access: false,
      catalog_access: is_admin,
      is_admin,
      is_free,
      is_active,
      group_id: null,
      role_id: null,
      status_rights: [],
    },
  };
}

function pipeline(
  item: NonNullable<NonNullable<Seed['accounts']>[number]['pipelines']>[number],
  index: number,
): Pipeline {
  return {
    sort: index + 1,
    is_main: false,
    is_unsorted_on: true,
    is_archive: false,
    // 142 and 143 are the same ids in every pipeline of every account.
    statuses: [
      status(item.id * 100 + 1, 'Incoming leads', 10, '#c1c1c1', { is_editable: false, type: 1 }),
      status(item.id * 100 + 2, 'Initial contact', 20, '#99ccff'),
      status(item.id * 100 + 3, 'Negotiation', 30, '#ffcc66'),
      status(142, 'Closed - won', 10_000, '#ccff66', { is_editable: false }),
      status(143, 'Closed - lost', 11_000, '#d5d8db', { is_editable: false }),
    ],
    ...item,
  };
}

function status(id: number, name: string, sort: number, color: string, more: object = {}) {
  return { id, name, sort, is_editable: true, color, type: 0, ...more };
}

function integration(item: NonNullable<Seed['integrations']>[number]): Integration {
  return {
    client_secret: `emulator-secret-of-${item.client_id}`,
    name: 'Integration',
    redirect_uri: '',
    disable_hook_url: '',
    widget_code: '',
    multiple_sources: true,
    locations: [],
    widget_version: '1.0.0',
    settings_template: [],
    scopes: ['push_notifications', 'files', 'crm', 'files_delete', 'notifications'],
    deliver_to: null,
    ...item,
  };
}

function channel(item: NonNullable<Seed['channels']>[number], clientId: string): Channel {
  return {
    code: 'kommo.ext.1',
    secret: createHash('sha1').update(item.id).digest('hex'),
    title: 'Channel',
    client_id: clientId,
    webhook_url: '',
    allowed_accounts: null,
    bot: { id: stableUuid(`bot ${item.id}`), client_id: 'bot', name: 'Bot' },
    ...item,
  };
}

/** The same UUID (version 5 in form) for the same text, so that seeds and restarts agree. */
function stableUuid(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
