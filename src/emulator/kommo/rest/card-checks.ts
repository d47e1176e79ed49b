import { CUSTOMER_STATUSES } from '../crm/customer-statuses.ts';
import { readFieldValues, ValueFault } from '../crm/field-values.ts';
import { fieldsOfOwner, ownRows } from '../crm/own-rows.ts';
import { checkShape, Faults, type Item, isItem, type Shape } from '../crm/shape.ts';
import type { Card, CardKind, CustomField, FieldValues, Lead } from '../crm-entities.ts';
import type { Account } from '../entities.ts';
import type { FieldFault } from '../problems.ts';
import type { World } from '../world.ts';

const CARD: Shape = {
  ...{ name: 'text', responsible_user_id: 'id', created_by: 'number', updated_by: 'number' },
  ...{ created_at: 'time', updated_at: 'time', tags_to_add: 'list', tags_to_delete: 'list' },
  _embedded: 'object',
};

const SHAPES: Record<CardKind, Shape> = {
  leads: {
    ...CARD,
    ...{ price: 'number', status_id: 'id', pipeline_id: 'id' },
    ...{ loss_reason_id: 'id?', closed_at: 'time?' },
  },
  contacts: { ...CARD, first_name: 'text', last_name: 'text' },
  companies: CARD,
  customers: {
    ...CARD,
    ...{ next_price: 'number', next_date: 'time?', status_id: 'id', periodicity: 'number' },
  },
};

/**
 * What is wrong with a card that is to be added or changed: types, and things that are not there. Members that the
 * documentation does not know are ignored.
 * @param before the card that is changed
 */
export function checkCard(
  world: World,
  account: Account,
  kind: CardKind,
  item: Item,
  before?: Card,
): FieldFault[] {
  const shape = SHAPES[kind];
  const known = Object.fromEntries(Object.entries(item).filter(([name]) => name in shape));
  const types = new Faults();
  checkShape('', known, shape, types);
  const faults = types.lines.map((line) => faultOf('InvalidType', line.replace(/^\./, '')));
  const missing = (path: string, what: string) => {
    faults.push(faultOf('NotSupportedChoice', `${path}: there is no such ${what}`));
  };
  const { responsible_user_id: responsible, _embedded: embedded } = item;
  if (responsible !== undefined && !account.users.some(({ id }) => id === responsible)) {
    missing('responsible_user_id', 'user');
  }
  if (kind === 'leads' && (item.status_id ?? item.pipeline_id) !== undefined) {
    if (stageFor(account, item, before as Lead | undefined) === undefined) {
      missing('status_id', 'status in this pipeline');
    }
  }
  if (kind === 'customers' && item.status_id !== undefined) {
    if (!CUSTOMER_STATUSES.some(({ id }) => id === item.status_id)) missing('status_id', 'status');
  }
  for (const name of ['contacts', 'companies'] as const) {
    const linked = isItem(embedded) && Array.isArray(embedded[name]) ? embedded[name] : [];
    const rows = ownRows<Card>(world.state[name], account);
    for (const [index, one] of linked.entries()) {
      const isKnown = isItem(one) && rows.some(({ id }) => id === one.id);
      if (!isKnown) missing(`_embedded.${name}.${index}.id`, 'element');
    }
  }
  try {
    valuesFor(item, fieldsOfOwner(world.state, account, kind));
  } catch (error) {
    if (!(error instanceof ValueFault)) throw error;
    faults.push(faultOf('InvalidType', `custom_fields_values: ${error.message}`));
  }
  return faults;
}

/** Values of fields that an item brings. @throws ValueFault */
export function valuesFor(item: Item, fields: CustomField[]): FieldValues[] {
  return readFieldValues(item.custom_fields_values ?? null, fields);
}

function faultOf(code: string, line: string): FieldFault {
  const at = line.indexOf(': ');
  return { code, path: line.slice(0, at), detail: line.slice(at + 2) };
}

/** Puts a lead where an item says: a status alone stays in its pipeline, a pipeline alone leads to its first status. */
export function withStage<Given extends Partial<Lead>>(
  account: Account,
  lead: Given,
  item: Item,
): Given & Pick<Lead, 'pipeline_id' | 'status_id'> {
  const { pipeline_id = 0, status_id = 0 } = lead;
  return { ...lead, ...(stageFor(account, item, lead) ?? { pipeline_id, status_id }) };
}

function stageFor(
  { pipelines }: Account,
  item: Item,
  before: Partial<Lead> | undefined,
): Pick<Lead, 'pipeline_id' | 'status_id'> | undefined {
  const main = pipelines.find(({ is_main }) => is_main) ?? pipelines[0];
  const wanted = item.pipeline_id ?? before?.pipeline_id ?? main?.id;
  const named = pipelines.find(({ id }) => id === wanted);
  const status = item.status_id ?? (item.pipeline_id === undefined ? before?.status_id : undefined);
  const isOther = named?.statuses.every(({ id }) => id !== status) === true;
  // A status alone also moves a lead to the pipeline that has it.
  const pipeline =
    isOther && status !== undefined && item.pipeline_id === undefined
      ? pipelines.find(({ statuses }) => statuses.some(({ id }) => id === status))
      : named;
  if (pipeline === undefined) return undefined;
  const first = pipeline.statuses.find(({ type }) => type === 0);
  const found = status === undefined ? first : pipeline.statuses.find(({ id }) => id === status);
  return found && { pipeline_id: pipeline.id, status_id: found.id };
}
