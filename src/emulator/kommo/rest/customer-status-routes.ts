import { CUSTOMER_STATUSES } from '../crm/customer-statuses.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import { apiLink } from './account-routes.ts';
import { type Caller, resource } from './guard.ts';

/** Stages of customers, to read. */
export function customerStatusRoutes(): KommoRoute[] {
  const statuses = resource('/customers/statuses', `${CRM}/customers-statuses-api`);
  return [
    statuses('GET', '', list, { note: 'the same in every account; conditions are empty' }),
    statuses('GET', '/:id(\\d+)', show, { note: '404 for an unknown id is an assumption' }),
  ];
}

function model(account: Account, status: (typeof CUSTOMER_STATUSES)[number]): object {
  const _links = apiLink(account, `/customers/statuses/${status.id}`);
  return { ...status, conditions: [], account_id: account.id, _links };
}

function list(exchange: Exchange, { account }: Caller): void {
  hal(exchange, {
    _total_items: CUSTOMER_STATUSES.length,
    _links: apiLink(account, '/customers/statuses'),
    _embedded: { statuses: CUSTOMER_STATUSES.map((status) => model(account, status)) },
  });
}

function show(exchange: Exchange, { account }: Caller) {
  const id = Number(exchange.param('id'));
  const status = CUSTOMER_STATUSES.find((one) => one.id === id);
  if (status === undefined) return problem(exchange, 404, 'Status not found');
  hal(exchange, model(account, status));
}
