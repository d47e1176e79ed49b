import { allValues, fieldsOfOwner, ownRows } from '../crm/own-rows.ts';
import type { Catalog, CatalogElement } from '../crm-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { valuesModel } from './card-models.ts';
import { readFilter } from './filters.ts';
import { type Caller, resource } from './guard.ts';
import { sendPage } from './pages.ts';

/** Lists of own elements, to read. */
export function catalogRoutes(): KommoRoute[] {
  const catalogs = resource('/catalogs', `${CRM}/catalogs-api`);
  const unknown = { note: '404 for an unknown id is an assumption' };
  return [
    catalogs('GET', '', list),
    catalogs('GET', '/:catalog(\\d+)', show, unknown),
    catalogs('GET', '/:catalog(\\d+)/elements', listElements, {
      status: 'partly',
      note: 'query, filter[id]; no invoices',
    }),
    catalogs('GET', '/:catalog(\\d+)/elements/:id(\\d+)', showElement, unknown),
  ];
}

function list(exchange: Exchange, { account }: Caller): void {
  const rows = ownRows(exchange.world.state.catalogs, account);
  sendPage(exchange, account, 'catalogs', rows, (catalog) => catalogModel(account, catalog));
}

function find(exchange: Exchange, account: Account): Catalog | undefined {
  const id = Number(exchange.param('catalog'));
  const found = ownRows(exchange.world.state.catalogs, account).find((one) => one.id === id);
  if (found === undefined) problem(exchange, 404, 'Catalog not found');
  return found;
}

function show(exchange: Exchange, { account }: Caller): void {
  const catalog = find(exchange, account);
  if (catalog !== undefined) hal(exchange, catalogModel(account, catalog));
}

function catalogModel(account: Account, catalog: Catalog): object {
  return { ...catalog, _links: apiLink(account, `/catalogs/${catalog.id}`) };
}

function elementsOf({ world }: Exchange, account: Account, { id }: Catalog): CatalogElement[] {
  return ownRows(world.state.catalog_elements, account).filter(
    ({ catalog_id }) => catalog_id === id,
  );
}

function listElements(exchange: Exchange, { account }: Caller): void {
  const catalog = find(exchange, account);
  if (catalog === undefined) return;
  const fields = fieldsOfOwner(exchange.world.state, account, 'catalogs', catalog.id);
  const filter = readFilter(exchange, ['id']);
  const typed = (exchange.nested.text('query') ?? '').toLowerCase();
  const rows = elementsOf(exchange, account, catalog).filter((element) => {
    const values = allValues(element, fields).flatMap((one) => one.values);
    const words = [element.name, ...values.map(({ value }) => String(value))];
    const isFound = words.some((word) => word.toLowerCase().includes(typed));
    return filter.takes('id', element.id) && isFound;
  });
  const path = `catalogs/${catalog.id}/elements`;
  sendPage(exchange, account, path, rows, (row) => elementModel(exchange, account, row));
}

function showElement(exchange: Exchange, { account }: Caller) {
  const catalog = find(exchange, account);
  if (catalog === undefined) return;
  const id = Number(exchange.param('id'));
  const element = elementsOf(exchange, account, catalog).find((one) => one.id === id);
  if (element === undefined) return problem(exchange, 404, 'Element not found');
  hal(exchange, elementModel(exchange, account, element));
}

function elementModel({ world }: Exchange, account: Account, element: CatalogElement): object {
  const fields = fieldsOfOwner(world.state, account, 'catalogs', element.catalog_id);
  return {
    ...element,
    is_deleted: null,
    custom_fields_values: valuesModel(element, fields),
    _links: apiLink(account, `/catalogs/${element.catalog_id}/elements/${element.id}`),
  };
}
