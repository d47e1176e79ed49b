import type { CustomField, FieldValue, FieldValues } from '../crm-entities.ts';
import { isItem } from './shape.ts';

/**
 * Types of custom fields with the number by which the page's scripts know them (`APP.cf_types`, `TYPE_ID`). Null: no source
 * names a number.
 * https://www.amocrm.ru/developers/content/crm_platform/custom-fields
 */
export const FIELD_TYPES: Record<string, number | null> = {
  text: 1,
  numeric: 2,
  checkbox: 3,
  select: 4,
  multiselect: 5,
  date: 6,
  url: 7,
  multitext: 8,
  textarea: 9,
  radiobutton: 10,
  streetaddress: 11,
  smart_address: 13,
  birthday: 14,
  legal_entity: 15,
  date_time: 19,
  price: null,
  category: null,
  items: null,
  tracking_data: null,
  linked_entity: null,
  chained_list: null,
  monetary: null,
  file: null,
  payer: null,
  supplier: null,
};

const WITH_ENUMS = new Set(['select', 'multiselect', 'radiobutton', 'category']);
const TIMES = new Set(['date', 'date_time', 'birthday']);
const TEXTS = new Set(['text', 'textarea', 'streetaddress', 'url', 'price', 'monetary', 'numeric']);
const NUMBERS = new Set(['numeric', 'price', 'monetary']);

/** Parts of an address by `enum_id`, counted from 1. */
const ADDRESS = ['address_line_1', 'address_line_2', 'city', 'state', 'zip', 'country'];

export function hasEnums(type: string): boolean {
  return WITH_ENUMS.has(type);
}

/** Something is wrong with a value that was given for a field. */
export class ValueFault extends Error {}

/**
 * Reads `custom_fields_values` as the REST API takes them; a field is named by `field_id` or `field_code`.
 * @param fields of the entity the values are for
 * @throws ValueFault naming the field and what is expected
 */
export function readFieldValues(given: unknown, fields: CustomField[]): FieldValues[] {
  if (given === null) return [];
  if (!Array.isArray(given)) throw new ValueFault('a list is expected');
  return given.map((one: unknown, index) => {
    if (!isItem(one)) throw new ValueFault(`[${index}]: an object is expected`);
    const field = fields.find(({ id, code }) =>
      one.field_id === undefined ? code !== null && code === one.field_code : id === one.field_id,
    );
    if (field === undefined) {
      const known = fields.map(({ id, code }) => (code === null ? id : `${id} (${code})`));
      throw new ValueFault(
        `[${index}]: there is no field ${String(one.field_id ?? one.field_code)}; known are ${known.join(', ') || 'none'}`,
      );
    }
    if (one.values === null) return { field_id: field.id, values: [] };
    if (!Array.isArray(one.values)) throw new ValueFault(`[${index}].values: a list is expected`);
    return { field_id: field.id, values: one.values.map((value) => readValue(value, field)) };
  });
}

function readValue(given: unknown, field: CustomField): FieldValue {
  const name = `field ${field.id} (${field.type})`;
  if (!isItem(given)) throw new ValueFault(`${name}: {"value": …} is expected`);
  if (WITH_ENUMS.has(field.type)) return readEnum(given, field, name);
  const { value } = given;
  if (field.type === 'checkbox') {
    if (typeof value !== 'boolean') throw new ValueFault(`${name}: true or false is expected`);
    return { value };
  }
  if (TIMES.has(field.type)) return { value: readTime(value, name) };
  if (TEXTS.has(field.type)) {
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new ValueFault(`${name}: a text is expected`);
    }
    if (NUMBERS.has(field.type) && !Number.isFinite(Number(value))) {
      throw new ValueFault(`${name}: a number is expected, not ${JSON.stringify(value)}`);
    }
    return { value: String(value) };
  }
  if (field.type === 'multitext') {
    const wanted = given.enum_id ?? given.enum_code ?? 'WORK';
    const chosen = field.enums?.find((one) => one.id === wanted || one.value === wanted);
    if (chosen === undefined) throw new ValueFault(`${name}: there is no such enum`);
    return { value: String(value ?? ''), enum_id: chosen.id, enum_code: chosen.value };
  }
  if (field.type === 'smart_address') return readAddressPart(given, name);
  if (field.type === 'legal_entity' && !(isItem(value) && typeof value.name === 'string')) {
    throw new ValueFault(`${name}: an object with a name is expected`);
  }
  return { value };
}

function readEnum(given: Record<string, unknown>, field: CustomField, name: string): FieldValue {
  const { value, enum_id: id, enum_code: code } = given;
  const found = field.enums?.find((one) => {
    if (id !== undefined) return one.id === id;
    if (code !== undefined && code !== null) return one.code === code;
    return one.value === value;
  });
  if (found === undefined) {
    const known = (field.enums ?? []).map((one) => `${one.id} ${JSON.stringify(one.value)}`);
    throw new ValueFault(
      `${name}: there is no value ${JSON.stringify(id ?? code ?? value)}; known are ${known.join(', ')}`,
    );
  }
  return { value: found.value, enum_id: found.id, enum_code: found.code };
}

/** Seconds, or a time in the form of RFC 3339. */
function readTime(value: unknown, name: string): number {
  const seconds = typeof value === 'string' ? Date.parse(value) / 1000 : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) {
    throw new ValueFault(`${name}: seconds since 1970 or a time like 2026-01-31T12:00:00Z`);
  }
  return Math.floor(seconds);
}

function readAddressPart(given: Record<string, unknown>, name: string): FieldValue {
  const code = given.enum_code ?? ADDRESS[Number(given.enum_id) - 1];
  const at = ADDRESS.indexOf(String(code));
  if (at < 0) throw new ValueFault(`${name}: enum_code is one of ${ADDRESS.join(', ')}`);
  return { value: String(given.value ?? ''), enum_id: at + 1, enum_code: String(code) };
}
