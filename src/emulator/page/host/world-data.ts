import { FIELD_TYPES } from '../../kommo/crm/field-values.ts';
import { ownRows } from '../../kommo/crm/own-rows.ts';
import type { Account } from '../../kommo/entities.ts';
import type { State } from '../../kommo/state.ts';
import { shownEntities } from './shown-entities.ts';

/** What the page is told of the account's cards, fields and lists: the same state that the REST API reads. */
export function worldData(state: State, account: Account) {
  const elements = ownRows(state.catalog_elements, account);
  return {
    entities: shownEntities(state, account),
    fields: ownRows(state.custom_fields, account).map((field) => ({
      ...{ id: field.id, owner: field.entity_type, catalogId: field.catalog_id },
      ...{ name: field.name, type: field.type, code: field.code, sort: field.sort },
      ...{ enums: field.enums ?? [], isPredefined: field.is_predefined },
    })),
    /** Numbers of the types of fields, as far as a source names them. */
    fieldTypes: Object.fromEntries(
      Object.entries(FIELD_TYPES).filter(([, number]) => number !== null),
    ),
    catalogs: ownRows(state.catalogs, account).map(({ id, name, type }) => ({
      ...{ id, name, type },
      elements: elements
        .filter(({ catalog_id }) => catalog_id === id)
        .map((element) => ({
          ...{ id: element.id, name: element.name },
          price: priceOf(state, element.custom_fields_values),
        })),
    })),
  };
}

/** The value of the field with the code PRICE; 0 without one. */
function priceOf(
  { custom_fields }: State,
  values: { field_id: number; values: { value: unknown }[] }[],
): number {
  const price = values.find(({ field_id }) =>
    custom_fields.some(({ id, code }) => id === field_id && code === 'PRICE'),
  );
  return Number(price?.values[0]?.value ?? 0);
}
