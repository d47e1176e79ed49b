import type { Account } from '../entities.ts';
import { BUILT_IN_FIELDS } from './built-in-fields.ts';
import type { SeedLists } from './seed-lists.ts';

const DAY = 86_400;

/**
 * What every account begins with, if no seed says otherwise: a few cards that fit each other, in the account's main pipeline,
 * with people of the account responsible for them.
 */
export function builtInLists(account: Account): Required<SeedLists> {
  const active = account.users.filter(({ rights }) => rights.is_active && !rights.is_free);
  const first = active.find(({ rights }) => rights.is_admin) ?? active[0] ?? account.users[0];
  const second = active.find((user) => user !== first) ?? first;
  const ana = { responsible_user_id: first?.id ?? 0 };
  const max = { responsible_user_id: second?.id ?? 0 };
  const since = account.created_at;
  const value = (field_id: number, value: unknown) => ({ field_id, values: [{ value }] });
  const enumOf = (field_id: number, ...ids: number[]) => ({
    field_id,
    values: ids.map((enum_id) => ({ enum_id })),
  });
  return {
    custom_fields: BUILT_IN_FIELDS,
    catalogs: [
      {
        ...{ id: 4001, name: 'Lamps', type: 'regular' },
        elements: [
          {
            ...{ id: 40_011, name: 'Desk lamp' },
            custom_fields_values: [value(9501, 'L-10'), value(9502, 40)],
          },
          {
            ...{ id: 40_012, name: 'Floor lamp' },
            custom_fields_values: [value(9501, 'L-20'), value(9502, 120)],
          },
        ],
      },
      {
        ...{ id: 4002, name: 'Showroom', type: 'regular' },
        elements: [{ id: 40_021, name: 'Desk lamp' }],
      },
    ],
    companies: [
      {
        ...{ id: 701, name: 'Reyes & Sons', ...ana, phones: ['+12025550111'] },
        custom_fields_values: [
          value(9301, 'https://reyes.example.com'),
          value(9303, { name: 'Reyes & Sons LLC', entity_type: 2, vat_id: '4400112233' }),
        ],
      },
      {
        ...{ id: 702, name: 'Novak Ltd', ...max },
        custom_fields_values: [value(9302, '12 Harbour Street\nBoston')],
      },
    ],
    contacts: [
      {
        ...{ id: 601, name: 'Carla Reyes', ...ana, company_id: 701 },
        ...{ phones: ['+12025550101'], emails: ['carla@example.com'] },
        custom_fields_values: [value(9204, 'Purchasing'), value(9203, '1990-05-14T00:00:00Z')],
      },
      {
        ...{ id: 602, name: 'Daniel Novak', ...max, company_id: 702 },
        ...{ phones: ['+12025550102'], emails: ['daniel@example.com'] },
        custom_fields_values: [value(9204, 'Director')],
      },
      {
        ...{ id: 603, name: 'Eva Lind', ...ana },
        ...{ phones: ['+12025550103'], emails: ['eva@example.com'] },
      },
    ],
    leads: [
      {
        ...{ id: 501, name: 'Order of ten lamps', price: 1200, ...ana, ...stageOf(account, 1) },
        ...{ contact_ids: [601], company_id: 701, tags: ['lamps'] },
        catalog_elements: [{ id: 40_011, catalog_id: 4001, quantity: 10 }],
        custom_fields_values: [
          value(9101, since + 14 * DAY),
          enumOf(9102, 91_021),
          value(9103, 10),
        ],
      },
      {
        ...{ id: 502, name: 'Office refit', price: 18_500, ...max, ...stageOf(account, 2) },
        ...{ contact_ids: [602], company_id: 702 },
        custom_fields_values: [enumOf(9102, 91_022)],
      },
      {
        ...{ id: 503, name: 'Spare parts', price: 90, ...ana, ...stageOf(account, 0) },
        contact_ids: [603],
      },
    ].filter(() => account.pipelines.length > 0),
    customers: [
      {
        ...{ id: 801, name: 'Lind Trading', ...max, contact_ids: [603], status_id: 7801 },
        ...{ next_price: 250, next_date: since + 30 * DAY, periodicity: 30 },
        ...{ ltv: 900, purchases_count: 3, average_check: 300 },
        custom_fields_values: [value(9401, true), enumOf(9402, 94_021, 94_023)],
      },
    ],
    tasks: [
      {
        ...{ id: 901, text: 'Call Carla back', ...ana, complete_till: since + DAY },
        ...{ entity_type: 'leads', entity_id: 501 },
      },
      {
        ...{ id: 902, text: 'Send the offer', ...max, complete_till: since + 2 * DAY },
        ...{ entity_type: 'leads', entity_id: 502, task_type_id: 2 },
      },
    ],
  };
}

/** The status at this place of the main pipeline, or its first one. */
function stageOf({ pipelines }: Account, index: number) {
  const pipeline = pipelines.find(({ is_main }) => is_main) ?? pipelines[0];
  const status = pipeline?.statuses[index] ?? pipeline?.statuses[0];
  return { pipeline_id: pipeline?.id ?? 0, status_id: status?.id ?? 0 };
}
