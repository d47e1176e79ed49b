// @ts-check
/** Custom fields as `APP.constant('account')` has them; shapes as public widgets read them. */
import { ELEMENT_TYPES } from './element-types.js';
import { boot } from './page.js';

/** @typedef {import('../types.d.ts').CustomField} CustomField */

/** `cf` by number and `predefined_cf` by code. Fields of lists are in neither. */
export function accountFields() {
  const ofCards = boot.fields.filter(({ owner }) => owner !== 'catalogs');
  const first = ofCards.filter(
    ({ id }, index) => ofCards.findIndex((one) => one.id === id) === index,
  );
  const shown = first.map((field) => ({ field, value: legacyField(field, ofCards) }));
  const isPredefined = (/** @type {CustomField} */ { isPredefined, code }) => isPredefined && code;
  return {
    cf: Object.fromEntries(
      shown
        .filter(({ field }) => !isPredefined(field))
        .map(({ field, value }) => [field.id, value]),
    ),
    predefined_cf: Object.fromEntries(
      shown
        .filter(({ field }) => isPredefined(field))
        .map(({ field, value }) => [field.code, value]),
    ),
  };
}

/**
 * @param {CustomField} field
 * @param {CustomField[]} all one field may serve several kinds of cards
 */
function legacyField(field, all) {
  const owners = all.filter(({ id }) => id === field.id).map(({ owner }) => owner);
  const serves = (/** @type {CustomField['owner']} */ owner) => (owners.includes(owner) ? 1 : 0);
  return {
    ID: field.id,
    NAME: field.name,
    CODE: field.code ?? '',
    TYPE_ID: boot.fieldTypes[field.type] ?? null,
    SORT: field.sort,
    MULTIPLE: field.type === 'multitext' ? 'Y' : 'N',
    ELEMENT_TYPES: owners.map((owner) => ELEMENT_TYPES[/** @type {'leads'} */ (owner)]),
    ENTREE_DEALS: serves('leads'),
    ENTREE_CONTACTS: serves('contacts'),
    ENTREE_COMPANY: serves('companies'),
    ENTREE_CUSTOMERS: serves('customers'),
    ENUMS: Object.fromEntries(
      field.enums.map(({ id, value, sort }) => [id, { ID: id, VALUE: value, SORT: sort }]),
    ),
  };
}
