import { PIPELINE_SHAPE, STATUS_SHAPE, USER_SHAPE } from './crm/seed-lists.ts';
import { seedRows } from './crm/seed-rows.ts';
import type { Faults, Item } from './crm/shape.ts';
import type { Account, Pipeline, Status, User } from './entities.ts';
import { CLOSED_STATUSES } from './open-lead.ts';
import type { SeedAccount } from './seed.ts';
import { stableUuid } from './stable-uuid.ts';

/**
 * Builds an account with its users and pipelines.
 * @param builtIn the account with the same id that every emulator starts with, if there is one
 */
export function seedAccount(
  item: SeedAccount,
  builtIn: SeedAccount | undefined,
  paths: { users: string; pipelines: string },
  now: number,
  faults: Faults,
): Account {
  const { users, pipelines, ...given } = { ...builtIn, ...item };
  const rows = (path: string, list: unknown, base: object[] = [], shape = USER_SHAPE) =>
    seedRows(path, list, base, shape, faults).map((row) => row.item);
  const people = rows(paths.users, item.users, builtIn?.users);
  const lines = rows(paths.pipelines, item.pipelines, builtIn?.pipelines, PIPELINE_SHAPE);
  const subdomain = given.subdomain ?? `account${item.id}`;
  return {
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
    ...withoutLists(given),
    subdomain,
    users: people.map(user),
    pipelines: lines.map((line, index) =>
      pipeline(line, index, `${paths.pipelines}[${index}]`, faults),
    ),
  };
}

/** The lists of cards are built from the finished account. */
function withoutLists(given: Omit<SeedAccount, 'users' | 'pipelines'>) {
  const { leads, contacts, companies, customers, tasks, custom_fields, catalogs, ...own } = given;
  return own;
}

function user(item: Item & { id: number }): User {
  const { is_admin = false, is_free = false, is_active = true, ...given } = item;
  const all = { view: 'A', edit: 'A', add: 'A', delete: is_admin ? 'A' : 'D', export: 'A' };
  return {
    name: `User ${item.id}`,
    email: `user${item.id}@example.com`,
    lang: 'en',
    uuid: stableUuid(`user uuid ${item.id}`),
    amojo_id: stableUuid(`user ${item.id}`),
    phone_number: null,
    ...(given as Partial<User> & { id: number }),
    rights: {
      leads: { ...all },
      contacts: { ...all },
      companies: { ...all },
      tasks: { edit: 'A', delete: is_admin ? 'A' : 'D' },
      mail_access: false,
      catalog_access: Boolean(is_admin),
      is_admin: Boolean(is_admin),
      is_free: Boolean(is_free),
      is_active: Boolean(is_active),
      group_id: null,
      role_id: null,
      status_rights: [],
    },
  };
}

function pipeline(
  item: Item & { id: number },
  index: number,
  path: string,
  faults: Faults,
): Pipeline {
  const { statuses, ...given } = item;
  return {
    name: `Pipeline ${item.id}`,
    sort: index + 1,
    is_main: false,
    is_unsorted_on: true,
    is_archive: false,
    ...(given as Partial<Pipeline> & { id: number }),
    statuses:
      statuses === undefined
        ? builtInStatuses(item.id)
        : seedStatuses(item.id, statuses, `${path}.statuses`, faults),
  };
}

function builtInStatuses(pipelineId: number): Status[] {
  return [
    incoming(pipelineId),
    status(pipelineId * 100 + 2, 'Initial contact', 20, '#99ccff'),
    status(pipelineId * 100 + 3, 'Negotiation', 30, '#ffcc66'),
    ...closed(),
  ];
}

/** Given statuses in their order; those every pipeline has are added where they are missing. */
function seedStatuses(pipelineId: number, given: unknown, path: string, faults: Faults): Status[] {
  const own = seedRows(path, given, closed(), STATUS_SHAPE, faults).map(({ item }, index) => ({
    ...status(item.id, `Status ${item.id}`, (index + 1) * 10, '#99ccff'),
    ...(item as Partial<Status>),
  }));
  const first = own.some(({ type }) => type === 1) ? [] : [incoming(pipelineId)];
  const last = closed().filter(({ id }) => !own.some((one) => one.id === id));
  return [...first, ...own, ...last];
}

function incoming(pipelineId: number): Status {
  const more = { is_editable: false, type: 1 };
  return status(pipelineId * 100 + 1, 'Incoming leads', 10, '#c1c1c1', more);
}

/** The same ids in every pipeline of every account. */
function closed(): Status[] {
  const [won, lost] = CLOSED_STATUSES;
  return [
    status(won, 'Closed - won', 10_000, '#ccff66', { is_editable: false }),
    status(lost, 'Closed - lost', 11_000, '#d5d8db', { is_editable: false }),
  ];
}

function status(id: number, name: string, sort: number, color: string, more: object = {}) {
  return { id, name, sort, is_editable: true, color, type: 0, ...more };
}
