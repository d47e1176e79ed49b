// @ts-check
/** The setting fields of a manifest as Kommo draws them, and the values in them. */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';

/** @typedef {import('../types.d.ts').SettingField} SettingField */

/**
 * @param {{ code: string }} widget
 * @param {Record<string, SettingField>} fields
 * @param {Record<string, unknown>} values
 * @returns {HTMLElement[]}
 */
export function fieldRows(widget, fields, values) {
  return Object.entries(fields).map(([code, field]) => {
    const title = manifestText(chooseTexts().texts, field.name);
    const titleClass = field.type === 'users' ? ' widget_settings_block_users__title_field' : '';
    return h(
      'div',
      { class: 'widget_settings_block__item_field', 'data-field': code, 'data-type': field.type },
      [
        h(
          'div',
          { class: `widget_settings_block__title_field${titleClass}`, title: '' },
          `${title}: `,
        ),
        h(
          'div',
          { class: 'widget_settings_block__input_field' },
          inputs(widget, code, field, title, values[code]),
        ),
      ],
    );
  });
}

/**
 * @param {{ code: string }} widget
 * @param {string} code
 * @param {SettingField} field
 * @param {string} title
 * @param {unknown} value
 * @returns {HTMLElement[]}
 */
function inputs(widget, code, field, title, value) {
  switch (field.type) {
    case 'users':
      return boot.people.map((person) =>
        userRow(person.name, [
          textInput(
            `${code}[${person.id}]`,
            'text',
            `${title}: ${person.name}`,
            byUser(value)[person.id],
          ),
        ]),
      );
    case 'users_lp':
      return boot.people.map((person) => {
        const stored = /** @type {{ login?: unknown, password?: unknown }} */ (
          byUser(value)[person.id] ?? {}
        );
        const label = `${title}: ${person.name}`;
        return userRow(person.name, [
          textInput(
            `${code}[${person.id}][login]`,
            'text',
            `${label}, ${text('login')}`,
            stored.login,
          ),
          textInput(
            `${code}[${person.id}][password]`,
            'password',
            `${label}, ${text('password')}`,
            stored.password,
          ),
        ]);
      });
    case 'custom':
      return [
        h('div', { id: `${widget.code}_custom_content` }),
        h('input', {
          type: 'hidden',
          id: `${widget.code}_custom`,
          name: code,
          value: asText(value),
        }),
      ];
    default:
      return [textInput(code, field.type === 'pass' ? 'password' : 'text', title, value)];
  }
}

/** A stored users field may come back as a JSON string. @param {unknown} value @returns {Record<string, unknown>} */
function byUser(value) {
  if (typeof value === 'string' && value.startsWith('{')) return JSON.parse(value);
  return typeof value === 'object' && value !== null
    ? /** @type {Record<string, unknown>} */ (value)
    : {};
}

/** @param {unknown} value */
function asText(value) {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * @param {string} name
 * @param {'text' | 'password'} type
 * @param {string} label
 * @param {unknown} value
 */
function textInput(name, type, label, value) {
  return h('input', {
    class: 'widget_settings_block__controls__ text-input',
    name,
    type,
    placeholder: '',
    autocomplete: 'off',
    'aria-label': label,
    value: asText(value),
  });
}

/**
 * @param {string} name
 * @param {HTMLElement[]} controls
 */
function userRow(name, controls) {
  return h('div', { class: 'widget_settings_block__users' }, [
    h('span', { class: 'widget_settings_block__users__name' }, name),
    ...controls,
  ]);
}

/**
 * The form as `onSave` gets it: one property for each manifest field.
 * @param {ParentNode} form
 * @param {Record<string, SettingField>} fields
 * @returns {Record<string, unknown>}
 */
export function readFields(form, fields) {
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const [code, field] of Object.entries(fields)) {
    if (field.type === 'users' || field.type === 'users_lp') values[code] = readUsers(form, code);
    else values[code] = inputOf(form, code)?.value ?? '';
  }
  return values;
}

/**
 * @param {ParentNode} form
 * @param {string} code
 */
function readUsers(form, code) {
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const input of form.querySelectorAll(`input[name^="${CSS.escape(code)}["]`)) {
    if (!(input instanceof HTMLInputElement)) continue;
    const [, user = '', part] = /\[(\d+)\](?:\[(\w+)\])?$/.exec(input.name) ?? [];
    if (part) values[user] = { .../** @type {object} */ (values[user]), [part]: input.value };
    else values[user] = input.value;
  }
  return values;
}

/**
 * @param {ParentNode} form
 * @param {string} code
 * @returns {HTMLInputElement | null}
 */
function inputOf(form, code) {
  return form.querySelector(`input[name="${CSS.escape(code)}"]`);
}

/**
 * Marks required fields that are empty.
 * @param {ParentNode} form
 * @param {Record<string, SettingField>} fields
 * @param {Record<string, unknown>} values
 * @returns {string[]} their codes
 */
export function markEmpty(form, fields, values) {
  for (const old of form.querySelectorAll('.widget_settings_block__error')) old.remove();
  const empty = Object.entries(fields).filter(
    ([code, field]) => field.required && isEmpty(values[code]),
  );
  for (const [code] of empty) {
    const row = form.querySelector(
      `[data-field="${CSS.escape(code)}"] .widget_settings_block__input_field`,
    );
    row?.append(
      h(
        'div',
        { class: `widget_settings_block__error error${code}`, role: 'alert' },
        text('required'),
      ),
    );
  }
  return empty.map(([code]) => code);
}

/** @param {unknown} value */
function isEmpty(value) {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isEmpty);
  return value === undefined || value === null || String(value).trim() === '';
}
