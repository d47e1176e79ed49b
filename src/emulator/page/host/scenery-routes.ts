import { SEEN_IN_WIDGETS } from '../../kommo/documents.ts';
import type { Account } from '../../kommo/entities.ts';
import type { Exchange, KommoRoute, Route } from '../../kommo/exchange.ts';
import { hal, problem } from '../../kommo/problems.ts';
import { type Caller, guarded } from '../../kommo/rest/guard.ts';
import type { Session } from '../../kommo/session.ts';
import { accountHost, type World } from '../../kommo/world.ts';
import { demoEntities, type Entity } from './demo-entities.ts';
import { asUser } from './page-request-routes.ts';

const KINDS = ['leads', 'contacts', 'companies', 'customers'] as const;

type Item = Record<string, unknown> & { id: number };

/** What widgets create through the page; forgotten by a reset. */
interface Scenery {
  tasks: Item[];
  fields: (Item & { entity_type: string })[];
}

/**
 * The few REST calls that widgets make from the page to read what a card shows: entities, custom fields, tasks
 * (https://www.amocrm.ru/developers/content/crm_platform/custom-fields, tasks-api). Filters are not followed.
 */
export function sceneryRoutes(): Route[] {
  const route = (method: Route['method'], path: string, handler: Handler): Route => ({
    method,
    host: 'account',
    path: `/api/v4${path}`,
    handler: guarded(handler),
  });
  return [
    ...KINDS.flatMap((kind) => [
      route('GET', `/${kind}/custom_fields`, (exchange, caller) =>
        listFields(exchange, caller, kind),
      ),
      route('POST', `/${kind}/custom_fields`, (exchange, caller) =>
        createFields(exchange, caller, kind),
      ),
      route('GET', `/${kind}`, (exchange, caller) => listEntities(exchange, caller, kind)),
      route('GET', `/${kind}/:id`, (exchange, caller) => showEntity(exchange, caller, kind)),
    ]),
    ...searchRoutes(),
    route('GET', '/tasks', listTasks),
    route('POST', '/tasks', createTasks),
  ];
}

/** Where the page's own suggest fields look for entities. */
export function searchRoutes(): KommoRoute[] {
  return ['/private/ajax/search.php', '/ajax/todo/search'].map((path) => ({
    method: 'GET',
    host: 'account',
    path,
    handler: asUser(search),
    source: SEEN_IN_WIDGETS,
    status: 'partly',
    note: 'the rows that cards and lists show',
  }));
}

type Handler = (exchange: Exchange, caller: Caller) => void;

function scenery(world: World): Scenery {
  return world.service<Scenery>('scenery', () => ({ tasks: [], fields: [] }));
}

/** Fields that every account has. */
function builtInFields(kind: string): Item[] {
  const field = (id: number, name: string, type: string, code: string | null) => ({
    ...{ id, name, type, code, sort: id, is_api_only: false, enums: null, entity_type: kind },
  });
  if (kind === 'leads') return [field(9101, 'Delivery date', 'date', null)];
  if (kind !== 'contacts') return [];
  return [
    field(9201, 'Phone', 'multitext', 'PHONE'),
    field(9202, 'Email', 'multitext', 'EMAIL'),
    field(9203, 'Birthday', 'birthday', null),
  ];
}

function listFields(exchange: Exchange, _caller: Caller, kind: string): void {
  const own = scenery(exchange.world).fields.filter(({ entity_type }) => entity_type === kind);
  sendList(exchange, 'custom_fields', [...builtInFields(kind), ...own]);
}

function createFields(exchange: Exchange, { rights }: Caller, kind: string) {
  if (!rights.is_admin) return problem(exchange, 403, 'Administrator rights are required');
  create(exchange, 'custom_fields', (item) => {
    const field = { sort: 500, ...item, id: exchange.world.nextId(), entity_type: kind };
    scenery(exchange.world).fields.push(field);
    return field;
  });
}

function listEntities(exchange: Exchange, { account, user }: Caller, kind: string): void {
  const rows = demoEntities(user.id).filter((entity) => entity.kind === kind);
  sendList(
    exchange,
    kind,
    rows.map((entity) => model(account, entity)),
  );
}

function showEntity(exchange: Exchange, { account, user }: Caller, kind: string): void {
  const entity = demoEntities(user.id).find(
    ({ id, kind: own }) => own === kind && id === Number(exchange.param('id')),
  );
  // An unknown entity is answered with an empty 204.
  if (entity === undefined) exchange.send(204);
  else hal(exchange, model(account, entity));
}

function model(account: Account, entity: Entity): Item {
  const texts = [
    { code: 'PHONE', id: 9201, values: entity.phones },
    { code: 'EMAIL', id: 9202, values: entity.emails },
  ].filter(({ values }) => values.length > 0);
  return {
    id: entity.id,
    name: entity.name,
    ...(entity.price !== undefined && { price: entity.price }),
    responsible_user_id: entity.responsibleId,
    account_id: account.id,
    custom_fields_values: texts.map(({ code, id, values }) => ({
      field_id: id,
      field_code: code,
      field_type: 'multitext',
      values: values.map((value) => ({ value, enum_code: 'WORK' })),
    })),
    _links: {
      self: { href: `https://${accountHost(account)}/api/v4/${entity.kind}/${entity.id}` },
    },
    _embedded: { tags: [], contacts: entity.contactIds.map((id) => ({ id, is_main: true })) },
  };
}

/** Finds entities by a part of their name. The answer's form is an assumption. */
function search(exchange: Exchange, { user }: Session): void {
  const typed = exchange.query('q') ?? exchange.query('search_string') ?? '';
  const kind = exchange.query('type');
  const found = demoEntities(user.id).filter(
    (one) =>
      (kind === undefined || one.kind === kind) &&
      one.name.toLowerCase().includes(typed.toLowerCase()),
  );
  exchange.sendJson(
    200,
    found.map(({ id, name, kind: type }) => ({ id, value: name, type })),
  );
}

function listTasks(exchange: Exchange): void {
  sendList(exchange, 'tasks', scenery(exchange.world).tasks);
}

function createTasks(exchange: Exchange, { user }: Caller): void {
  create(exchange, 'tasks', (item) => {
    const { world } = exchange;
    const task = { task_type_id: 1, responsible_user_id: user.id, is_completed: false, ...item };
    scenery(world).tasks.push({ ...task, id: world.nextId() });
    return { id: world.state.next_id - 1 };
  });
}

/** Kommo takes a list and answers with the ids in its order and the caller's `request_id`. */
function create(exchange: Exchange, name: string, add: (item: object) => Item) {
  const items = exchange.json();
  if (!Array.isArray(items) || items.some((item) => typeof item !== 'object' || item === null)) {
    return problem(exchange, 400, 'A list of objects is expected');
  }
  const created = items.map((item: { request_id?: unknown }, index) => ({
    ...add(item),
    request_id: item.request_id ?? String(index),
  }));
  hal(exchange, { _embedded: { [name]: created } });
}

/** An empty list is 204 without a body, as everywhere in Kommo. */
function sendList(exchange: Exchange, name: string, items: Item[]) {
  const page = Number(exchange.query('page') ?? 1);
  if (items.length === 0 || page > 1) return exchange.send(204);
  hal(exchange, {
    _page: 1,
    _page_count: 1,
    _total_items: items.length,
    _embedded: { [name]: items },
  });
}
