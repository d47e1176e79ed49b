import type { CardKind, Crm, CustomField, FieldOwner, FieldValues } from '../crm-entities.ts';
import type { Account } from '../entities.ts';

/** The rows of one account. */
export function ownRows<Row extends { account_id: number }>(rows: Row[], { id }: Account): Row[] {
  return rows.filter(({ account_id }) => account_id === id);
}

/** The fields of a kind of cards, or of a list's elements. */
export function fieldsOfOwner(
  { custom_fields }: Pick<Crm, 'custom_fields'>,
  account: Account,
  owner: FieldOwner,
  catalogId: number | null = null,
): CustomField[] {
  return ownRows(custom_fields, account).filter(
    ({ entity_type, catalog_id }) => entity_type === owner && catalog_id === catalogId,
  );
}

/** Where each kind of cards keeps the values of the fields for phones and email addresses. */
export const ADDRESS_CODES = { PHONE: 'phones', EMAIL: 'emails' } as const;

/** Every value of a card's fields, phones and email addresses included, in the order of the fields. */
export function allValues(
  entity: { custom_fields_values: FieldValues[]; phones?: string[]; emails?: string[] },
  fields: CustomField[],
): (FieldValues & { field: CustomField })[] {
  return fields.flatMap((field) => {
    const values = addressValues(entity, field) ?? ownValues(entity, field);
    return values.length === 0 ? [] : [{ field, field_id: field.id, values }];
  });
}

function ownValues(entity: { custom_fields_values: FieldValues[] }, { id }: CustomField) {
  return entity.custom_fields_values.find(({ field_id }) => field_id === id)?.values ?? [];
}

/** Which kind of phone or address each is, is not kept: all are for work. */
function addressValues(
  entity: { phones?: string[]; emails?: string[] },
  { code, enums }: CustomField,
): FieldValues['values'] | undefined {
  if (code !== 'PHONE' && code !== 'EMAIL') return undefined;
  const work = enums?.find(({ value }) => value === 'WORK') ?? enums?.[0];
  return entity[ADDRESS_CODES[code]]?.map((value) => ({
    value,
    ...(work !== undefined && { enum_id: work.id, enum_code: work.value }),
  }));
}

/** The earliest open task of a card, in seconds; null without one. */
export function closestTask(
  { tasks }: Pick<Crm, 'tasks'>,
  account: Account,
  kind: CardKind,
  id: number,
): number | null {
  const times = tasks
    .filter(
      (task) =>
        task.account_id === account.id &&
        task.entity_type === kind &&
        task.entity_id === id &&
        !task.is_completed,
    )
    .map(({ complete_till }) => complete_till);
  return times.length === 0 ? null : Math.min(...times);
}

/** First and last name, as the emulator parts a name that came as one. */
export function partsOfName(name: string): { first_name: string; last_name: string } {
  const [first = '', ...rest] = name.split(' ');
  return { first_name: first, last_name: rest.join(' ') };
}
