import type { Query } from '../../engine/query.ts';
import { allValues, closestTask, fieldsOfOwner } from '../crm/own-rows.ts';
import type { Card, CardKind, Customer, CustomField, FieldValues, Lead } from '../crm-entities.ts';
import type { Account } from '../entities.ts';
import type { Exchange } from '../exchange.ts';
import { type Filter, readFilter, readOrder } from './filters.ts';

const COMMON = ['id', 'name', 'created_by', 'updated_by', 'responsible_user_id'] as const;
const TIMES = ['created_at', 'updated_at'] as const;
const SHARED = [...COMMON, ...TIMES, 'closest_task_at', 'custom_fields_values'];

/** https://www.amocrm.ru/developers/content/crm_platform/filters-api */
const FILTERS: Record<CardKind, readonly string[]> = {
  leads: [...SHARED, 'price', 'statuses', 'pipeline_id', 'closed_at'],
  contacts: SHARED,
  companies: SHARED,
  customers: [...SHARED, 'next_price', 'next_date', 'status_id'],
};

const ORDERS: Record<CardKind, readonly ('created_at' | 'updated_at' | 'id')[]> = {
  leads: ['created_at', 'updated_at', 'id'],
  contacts: ['updated_at', 'id'],
  companies: ['updated_at', 'id'],
  customers: [],
};

/** The cards that `filter` and `query` leave, in the order asked for, else by id. */
export function chosenCards<Row extends Card>(
  exchange: Exchange,
  account: Account,
  kind: CardKind,
  rows: Row[],
): Row[] {
  const { state } = exchange.world;
  const fields = fieldsOfOwner(state, account, kind);
  const filter = readFilter(exchange, FILTERS[kind]);
  const typed = exchange.nested.text('query');
  const order = readOrder(exchange, ORDERS[kind]) ?? { by: 'id' as const, sign: 1 };
  return rows
    .filter(
      (row) =>
        COMMON.every((name) => filter.takes(name, row[name])) &&
        TIMES.every((name) => filter.spans(name, row[name])) &&
        filter.spans('closest_task_at', closestTask(state, account, kind, row.id)) &&
        fitsKind(filter, kind, row) &&
        fitsFields(exchange, row, fields) &&
        isFound(typed, row, fields),
    )
    .toSorted((one, other) => (one[order.by] - other[order.by]) * order.sign || one.id - other.id);
}

function fitsKind(filter: Filter, kind: CardKind, row: Card): boolean {
  if (kind === 'leads') return fitsLead(filter, row as Lead);
  if (kind !== 'customers') return true;
  const { next_price, next_date, status_id } = row as Customer;
  return (
    filter.spans('next_price', next_price) &&
    filter.spans('next_date', next_date) &&
    filter.takes('status_id', status_id)
  );
}

function fitsLead(filter: Filter, lead: Lead): boolean {
  const statuses = filter.rows('statuses');
  const isIn = (row: Query) =>
    row.text('pipeline_id') === String(lead.pipeline_id) &&
    row.text('status_id') === String(lead.status_id);
  return (
    filter.takes('pipeline_id', lead.pipeline_id) &&
    filter.spans('price', lead.price) &&
    filter.spans('closed_at', lead.closed_at) &&
    (statuses === undefined || statuses.some(isIn))
  );
}

/** `filter[custom_fields_values][id][]=…`: texts by their value, choices by the id of it, times and numbers also by a range. */
function fitsFields({ nested }: Exchange, row: Card, fields: CustomField[]): boolean {
  const path = ['filter', 'custom_fields_values'];
  const values = allValues(row, fields);
  return nested.names(...path).every((name) => {
    const own = values.find(({ field_id }) => String(field_id) === name)?.values ?? [];
    if (nested.has(...path, name, 'from') || nested.has(...path, name, 'to')) {
      const { from, to } = nested.range(...path, name) ?? { from: Number.NaN, to: Number.NaN };
      return own.some(({ value }) => Number(value) >= from && Number(value) <= to);
    }
    const asked = nested.list(...path, name);
    return own.some((one) => asked.includes(wordOf(one)));
  });
}

function wordOf({ value, enum_id }: FieldValues['values'][number]): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return String(enum_id ?? value);
}

/** `query` looks into every filled field; numbers of phones are compared by their digits. */
function isFound(typed: string | undefined, row: Card, fields: CustomField[]): boolean {
  if (typed === undefined || typed === '') return true;
  const text = typed.toLowerCase();
  const digits = typed.replace(/\D/g, '');
  const values = allValues(row, fields).flatMap((one) => one.values.map(({ value }) => value));
  const words = [row.id, row.name, ...values].map((one) =>
    (typeof one === 'object' ? JSON.stringify(one) : String(one)).toLowerCase(),
  );
  const isPhone = digits.length >= 5 && /^[\d\s()+-]+$/.test(typed);
  return words.some(
    (word) => word.includes(text) || (isPhone && word.replace(/\D/g, '').includes(digits)),
  );
}
