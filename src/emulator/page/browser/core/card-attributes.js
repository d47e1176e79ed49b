// @ts-check
/**
 * The attributes of a card's model: the names of its form's fields, with texts as a form has them. Public widgets show those
 * of leads, `contact[FN]` and `CFV[…]`; the others follow the same pattern.
 */
import { TYPE_OF_KIND } from './element-types.js';
import { boot } from './page.js';

/** @typedef {import('../types.d.ts').Entity} Entity */

/**
 * @param {Entity} entity
 * @returns {Record<string, unknown>}
 */
export function cardAttributes(entity) {
  return {
    ID: entity.id,
    NAME: entity.name,
    MAIN_USER: entity.responsibleId,
    // A text: widgets look for it with the exact comparison of Backbone's `where`.
    ELEMENT_TYPE: String(TYPE_OF_KIND[entity.kind]),
    ...ownAttributes(entity),
    ...fieldAttributes(entity),
  };
}

/** @param {Entity} entity */
function ownAttributes(entity) {
  const { name, id } = entity;
  const user = String(entity.responsibleId);
  switch (entity.kind) {
    case 'leads':
      return {
        'lead[NAME]': name,
        'lead[PRICE]': String(entity.price ?? 0),
        'lead[MAIN_USER]': user,
        'lead[STATUS]': String(entity.stageId ?? ''),
        'lead[PIPELINE_ID]': String(entity.pipelineId ?? ''),
      };
    case 'contacts': {
      const [first = '', ...rest] = name.split(' ');
      return {
        'contact[NAME]': name,
        'contact[FN]': first,
        'contact[LN]': rest.join(' '),
        'contact[MAIN_USER]': user,
      };
    }
    case 'companies':
      return { 'company[ID]': String(id), 'company[NAME]': name, 'company[MAIN_USER]': user };
    default:
      return {
        name,
        main_user: user,
        next_price: String(entity.nextPrice ?? 0),
        next_date: entity.nextDate ? dateText(entity.nextDate) : '',
        status_id: String(entity.stageId ?? ''),
      };
  }
}

/**
 * `CFV[id]` of every field of this kind of cards, empty ones too.
 * @param {Entity} entity
 */
function fieldAttributes(entity) {
  /** @type {Record<string, string>} */
  const attributes = {};
  for (const { id, type } of boot.fields.filter(({ owner }) => owner === entity.kind)) {
    const values = entity.fields.find((one) => one.id === id)?.values ?? [];
    const name = `CFV[${id}]`;
    if (type === 'multitext') {
      for (const [index, { value, enum_id }] of values.entries()) {
        attributes[`${name}[${index}][VALUE]`] = String(value);
        attributes[`${name}[${index}][DESCRIPTION]`] = String(enum_id ?? '');
      }
    } else if (type === 'multiselect') {
      for (const { enum_id } of values) attributes[`${name}[${enum_id}]`] = String(enum_id);
    } else if (type === 'smart_address') {
      for (const { value, enum_code } of values)
        attributes[`${name}[${enum_code}]`] = String(value);
    } else attributes[name] = textOf(type, values[0]);
  }
  return attributes;
}

/**
 * @param {string} type
 * @param {{ value: unknown, enum_id?: number } | undefined} filled
 */
function textOf(type, filled) {
  if (filled === undefined) return '';
  const { value, enum_id } = filled;
  if (enum_id !== undefined) return String(enum_id);
  if (typeof value === 'boolean') return value ? 'Y' : '';
  if (type === 'date_time') return `${dateText(Number(value))} ${timeText(Number(value))}`;
  if (type === 'date' || type === 'birthday') return dateText(Number(value));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** @param {number} seconds */
function dateText(seconds) {
  const [year, month, day] = new Date(seconds * 1000).toISOString().slice(0, 10).split('-');
  return `${day}.${month}.${year}`;
}

/** @param {number} seconds */
function timeText(seconds) {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}
