import { FIELD_TYPES, hasEnums } from '../crm/field-values.ts';
import { fieldsOfOwner, ownRows } from '../crm/own-rows.ts';
import { type Item, isItem } from '../crm/shape.ts';
import { CARD_KINDS, type CustomField, type FieldOwner } from '../crm-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { type FieldFault, hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { readBatch, requestId, sendBatch } from './batch.ts';
import { readFilter, readOrder } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

const SOURCE = `${CRM}/custom-fields`;

/** Custom fields of cards and of lists, and their groups. */
export function fieldRoutes(): KommoRoute[] {
  const bases = [...CARD_KINDS, 'catalogs/:catalog(\\d+)'];
  return bases.flatMap((base) => {
    const fields = resource(`/${base}/custom_fields`, SOURCE);
    const writing = resource(`/${base}/custom_fields`, SOURCE, { needsAdmin: true });
    return [
      fields('GET', '/groups', listGroups, {
        status: 'partly',
        note: 'the one group that every account has; its id was observed',
      }),
      fields('GET', '', list),
      fields('GET', '/:id(\\d+)', show, { note: '404 for an unknown id is an assumption' }),
      writing('POST', '', create, {
        status: 'partly',
        note: 'name, type, code, sort, enums; administrators only',
      }),
    ];
  });
}

/** Whose fields an address means; undefined for a list that is not there. */
function ownerOf(
  { params, url, world }: Exchange,
  account: Account,
): { owner: FieldOwner; catalogId: number | null; path: string } | undefined {
  const owner = [...CARD_KINDS].find((kind) => url.pathname.includes(`/v4/${kind}/`));
  if (owner !== undefined) return { owner, catalogId: null, path: `${owner}/custom_fields` };
  const catalogId = Number(params.catalog);
  const catalog = ownRows(world.state.catalogs, account).find(({ id }) => id === catalogId);
  if (catalog === undefined) return undefined;
  return { owner: 'catalogs', catalogId, path: `catalogs/${catalogId}/custom_fields` };
}

function list(exchange: Exchange, { account }: Caller) {
  const place = ownerOf(exchange, account);
  if (place === undefined) return problem(exchange, 404, 'Catalog not found');
  const filter = readFilter(exchange, ['type']);
  const { by, sign } = readOrder(exchange, ['sort', 'id']) ?? { by: 'sort' as const, sign: 1 };
  const { state } = exchange.world;
  const rows = fieldsOfOwner(state, account, place.owner, place.catalogId)
    .filter(({ type }) => filter.takes('type', type))
    .toSorted((one, other) => (one[by] - other[by]) * sign || one.id - other.id);
  sendPage(exchange, account, place.path, rows, (field) => model(account, place.path, field));
}

function show(exchange: Exchange, { account }: Caller) {
  const place = ownerOf(exchange, account);
  const { state } = exchange.world;
  const field =
    place &&
    fieldsOfOwner(state, account, place.owner, place.catalogId).find(
      ({ id }) => id === Number(exchange.param('id')),
    );
  if (place === undefined || field === undefined) return problem(exchange, 404, 'Not found');
  hal(exchange, model(account, place.path, field));
}

function model(account: Account, path: string, field: CustomField): object {
  const isList = field.entity_type === 'catalogs';
  const hasFlags = field.entity_type === 'contacts' || field.entity_type === 'companies';
  return {
    ...{ id: field.id, name: field.name, type: field.type, account_id: account.id },
    ...{ code: field.code, sort: field.sort, is_api_only: field.is_api_only, enums: field.enums },
    ...(isList ? { catalog_id: field.catalog_id, is_visible: true, is_required: false } : {}),
    ...(isList ? { settings: [], nested: null } : { group_id: null, required_statuses: [] }),
    ...(hasFlags && { is_predefined: field.is_predefined }),
    ...{ is_deletable: !field.is_predefined, entity_type: field.entity_type },
    ...{ remind: field.type === 'birthday' ? 'never' : null, currency: null },
    ...(field.entity_type === 'leads' && { hidden_statuses: [], chained_lists: null }),
    _links: apiLink(account, `/${path}/${field.id}`),
  };
}

function listGroups(exchange: Exchange, { account }: Caller) {
  const place = ownerOf(exchange, account);
  if (place === undefined) return problem(exchange, 404, 'Catalog not found');
  const self = `/${place.path}/groups`;
  const group = {
    ...{ id: 'default', name: 'Main', is_predefined: true, type: 'custom_field_group' },
    ...{ entity_type: place.owner, sort: 0, _links: apiLink(account, `${self}/default`) },
  };
  hal(exchange, {
    ...{ _total_items: 1, _links: apiLink(account, self) },
    _embedded: { custom_field_groups: [group] },
  });
}

function create(exchange: Exchange, { account }: Caller) {
  const place = ownerOf(exchange, account);
  if (place === undefined) return problem(exchange, 404, 'Catalog not found');
  const items = readBatch(exchange, faultsOf);
  if (items === undefined) return;
  const { world } = exchange;
  const made = items.map((item, index) => {
    const field: CustomField = {
      ...{ id: world.nextId(), account_id: account.id, entity_type: place.owner },
      ...{ catalog_id: place.catalogId, name: String(item.name), type: String(item.type) },
      code: typeof item.code === 'string' ? item.code : null,
      sort: typeof item.sort === 'number' ? item.sort : 500,
      enums: enumsOf(exchange, item),
      ...{ is_api_only: item.is_api_only === true, is_predefined: false },
    };
    world.state.custom_fields.push(field);
    return { ...model(account, place.path, field), request_id: requestId(item, index) };
  });
  sendBatch(exchange, account, place.path, made);
}

function enumsOf({ world }: Exchange, { enums }: Item): CustomField['enums'] {
  if (!Array.isArray(enums) || enums.length === 0) return null;
  return enums.filter(isItem).map(({ value, sort, code }, index) => ({
    id: world.nextId(),
    value: String(value),
    sort: typeof sort === 'number' ? sort : index + 1,
    code: typeof code === 'string' ? code : null,
  }));
}

function faultsOf(item: Item): FieldFault[] {
  const missing = ['name', 'type'].filter((name) => typeof item[name] !== 'string');
  const faults = missing.map((path) => ({
    ...{ code: 'FieldMissing', path, detail: 'This field is missing.' },
  }));
  if (missing.includes('type')) return faults;
  const type = String(item.type);
  if (!Object.hasOwn(FIELD_TYPES, type)) {
    const detail = 'The value you selected is not a valid choice.';
    faults.push({ code: 'NotSupportedChoice', path: 'type', detail });
  }
  if (hasEnums(type) && !(Array.isArray(item.enums) && item.enums.length > 0)) {
    faults.push({ code: 'FieldMissing', path: 'enums', detail: 'This field is missing.' });
  }
  return faults;
}
