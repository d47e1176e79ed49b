import { CARD_KINDS, type Catalog, type CustomField } from '../crm-entities.ts';
import type { Account } from '../entities.ts';
import { PREDEFINED_FIELDS } from './built-in-fields.ts';
import { FIELD_TYPES, hasEnums } from './field-values.ts';
import { ENUM_SHAPE } from './seed-lists.ts';
import type { SeedRow } from './seed-rows.ts';
import { checkShape, type Faults, type Item } from './shape.ts';

const OWNERS: readonly string[] = [...CARD_KINDS, 'catalogs'];

/** The account's custom fields; phone and email of contacts and companies are always among them. */
export function fieldsOf(
  account: Account,
  rows: SeedRow[],
  catalogs: Catalog[],
  faults: Faults,
): CustomField[] {
  const predefined = PREDEFINED_FIELDS.filter(
    ({ id, entity_type }) =>
      !rows.some(({ item }) => item.id === id && item.entity_type === entity_type),
  ).map((item) => ({ path: '', item: { ...item }, given: new Set<string>() }));
  return [...predefined, ...rows].flatMap((row, index) => {
    const { path, item } = row;
    const before = faults.lines.length;
    const { entity_type: owner, type, catalog_id: catalogId = null, enums } = item as Item;
    if (!OWNERS.includes(String(owner))) {
      faults.add(`${path}.entity_type`, `one of ${OWNERS.join(', ')} is expected`);
    }
    if (!Object.hasOwn(FIELD_TYPES, String(type))) {
      faults.add(`${path}.type`, `one of ${Object.keys(FIELD_TYPES).join(', ')} is expected`);
    }
    if (owner === 'catalogs' && !catalogs.some(({ id }) => id === catalogId)) {
      // A built-in field of a list that is gone.
      if (row.given.size === 0) return [];
      const known = catalogs.map(({ id, name }) => `${id} (${name})`).join(', ');
      faults.add(`${path}.catalog_id`, `the id of a list is expected; known are ${known}`);
    }
    const choices = Array.isArray(enums) ? enums : [];
    if (hasEnums(String(type)) && choices.length === 0) {
      faults.add(`${path}.enums`, `a field of the type ${String(type)} needs its values`);
    }
    for (const [at, choice] of choices.entries()) {
      checkShape(`${path}.enums[${at}]`, choice, ENUM_SHAPE, faults);
    }
    if (faults.lines.length > before) return [];
    const field = {
      ...{ code: null, sort: 500 + index, is_api_only: false },
      is_predefined: PREDEFINED_FIELDS.some(({ id }) => id === item.id),
      ...(item as unknown as Partial<CustomField> &
        Pick<CustomField, 'id' | 'entity_type' | 'name' | 'type'>),
    };
    const all = choices as Partial<NonNullable<CustomField['enums']>[number]>[];
    return {
      ...field,
      account_id: account.id,
      catalog_id: owner === 'catalogs' ? Number(catalogId) : null,
      enums:
        all.length === 0
          ? null
          : all.map(({ id = 0, value = '', sort, code = null }, at) => ({
              ...{ id, value, sort: sort ?? at + 1, code },
            })),
    };
  });
}
