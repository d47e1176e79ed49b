// @ts-check
import { readFields } from '../settings/field-rows.js';

/**
 * The values of a trigger's form: one for each field of `dp.settings`. Samples put a text area or a check box of the same
 * name into the place of Kommo's input, so that any control counts; of several with one name the last.
 * @param {HTMLFormElement} form
 * @param {Record<string, import('../types.d.ts').SettingField>} fields
 * @returns {Record<string, unknown>}
 */
export function readTriggerFields(form, fields) {
  const values = readFields(form, fields);
  const controls = new FormData(form);
  for (const [code, { type }] of Object.entries(fields)) {
    if (type === 'users' || type === 'users_lp') continue;
    values[code] = controls.getAll(code).map(String).at(-1) ?? '';
  }
  return values;
}
