import { createHash } from 'node:crypto';
import type { Chat, ContactChat } from './chat-entities.ts';
import { buildCrm } from './crm/build-crm.ts';
import { Faults } from './crm/shape.ts';
import type { Crm, Unsorted } from './crm-entities.ts';
import type {
  Account,
  Channel,
  Code,
  CrmWebhook,
  Grant,
  Installation,
  Integration,
  Scope,
  Source,
  Template,
} from './entities.ts';
import { DEFAULT_SEED, SEED_LISTS, SEED_MEMBERS, type Seed, type SeedAccount } from './seed.ts';
import { seedAccount } from './seed-account.ts';
import { stableUuid } from './stable-uuid.ts';
import { defaultSwitches, refuseSwitch, type Switches } from './switches.ts';

/** Everything the emulated Kommo knows; plain JSON. */
export interface State extends Crm {
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
  unsorted: Unsorted[];
  webhooks: CrmWebhook[];
  /** Accounts by the subdomains they had before a rename. */
  former_hosts: Record<string, number>;
  switches: Switches;
  /** State of the chat-service doubles, one property each. */
  services: Record<string, unknown>;
  next_id: number;
}

/** Builds the state a seed describes. @throws Error naming every faulty part of the seed */
export function createState(seed: Seed = {}, now: number = Date.now()): State {
  const faults = new Faults();
  checkMembers(seed, faults);
  for (const [name, value] of Object.entries(seed.switches ?? {})) {
    const reason = refuseSwitch(name, value);
    if (reason !== undefined) faults.add('switches', reason);
  }
  const built = accountsOf(seed, now, faults);
  faults.throwIfAny();
  const accounts = built.map(({ account }) => account);
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
    ...joined(built.map(({ crm }) => crm)),
    unsorted: [],
    webhooks: [],
    former_hosts: {},
    switches: { ...defaultSwitches(), ...seed.switches },
    services: {},
    next_id: firstFreeId(built.map(({ crm }) => crm)),
  };
}

function checkMembers(seed: Seed, faults: Faults): void {
  for (const name of Object.keys(seed)) {
    if (SEED_MEMBERS.includes(name)) continue;
    faults.add(name, `there is no such member; known are ${SEED_MEMBERS.join(', ')}`);
  }
}

/** Every account with what is in it. Lists outside `accounts` are those of the first account. */
function accountsOf(seed: Seed, now: number, faults: Faults): { account: Account; crm: Crm }[] {
  const builtIn: SeedAccount[] = DEFAULT_SEED.accounts;
  const items: SeedAccount[] = seed.accounts ?? builtIn;
  checkIds(items, faults);
  return items.map((item, index) => {
    const nested = `accounts[${index}].`;
    const given: SeedAccount = { ...item };
    const path = (name: string) => (index === 0 && name in seed ? name : nested + name);
    for (const name of index === 0 ? SEED_LISTS : []) {
      if (seed[name] === undefined) continue;
      if (seed.accounts?.[0]?.[name] !== undefined) {
        faults.add(name, `it is given in ${nested}${name} too; keep one of them`);
      }
      Object.assign(given, { [name]: seed[name] });
    }
    const paths = { users: path('users'), pipelines: path('pipelines') };
    const base = builtIn.find(({ id }) => id === item.id);
    const own = seed.accounts === undefined ? given : { ...base, ...given };
    const account = seedAccount(own, base, paths, now, faults);
    return { account, crm: buildCrm(account, given, path, faults) };
  });
}

function checkIds(items: SeedAccount[], faults: Faults): void {
  for (const [index, item] of items.entries()) {
    const place = `accounts[${index}]`;
    if (!Number.isInteger(item?.id)) faults.add(`${place}.id`, 'a whole number is expected');
    else if (items.findIndex(({ id }) => id === item.id) < index) {
      faults.add(`${place}.id`, `${item.id} is taken by an account before`);
    }
  }
  faults.throwIfAny();
}

/** The lists of an account's cards that the built-in accounts begin with, for a state that has none. */
export function builtInCrm(account: Account): Crm {
  return buildCrm(account, {}, String, new Faults());
}

export function joined(all: Crm[]): Crm {
  const join = <Name extends keyof Crm>(name: Name) => all.flatMap((one) => one[name] as []);
  return {
    leads: join('leads'),
    contacts: join('contacts'),
    companies: join('companies'),
    customers: join('customers'),
    tasks: join('tasks'),
    notes: join('notes'),
    custom_fields: join('custom_fields'),
    catalogs: join('catalogs'),
    catalog_elements: join('catalog_elements'),
  };
}

/** Beyond every id of a seed. */
function firstFreeId(all: Crm[]): number {
  const lists = all.flatMap((crm) => Object.values(crm) as { id: number }[][]);
  return lists.flat().reduce((next, { id }) => Math.max(next, id + 1), 3_108_001);
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
