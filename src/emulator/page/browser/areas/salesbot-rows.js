// @ts-check
/** The rows of a block in the salesbot designer: drawing them, `renderRow`, and the values in them. */
import { fragment, h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { chooseTexts, lookUp, manifestText } from '../sdk/i18n.js';
import { systemTemplate } from '../sdk/templates.js';

/** @typedef {import('../types.d.ts').SalesbotField} SalesbotField */
/** @typedef {Record<string, SalesbotField>} Fields */

/** Which fields of the account a setting of each type offers. @type {Record<string, string[]>} */
const OFFERED = {
  text: ['text', 'textarea', 'multitext'],
  numeric: ['text', 'textarea', 'numeric', 'monetary'],
  url: ['text', 'textarea', 'url'],
};

/** Fields that every account has, by the bot's own names for them. */
const BUILT_IN = [
  { marker: '{{lead.id}}', name: 'Lead ID', type: 'numeric' },
  { marker: '{{lead.price}}', name: 'Lead price', type: 'numeric' },
  { marker: '{{contact.name}}', name: 'Contact name', type: 'text' },
  { marker: '{{message_text}}', name: 'Message text', type: 'text' },
];

/** @type {Record<string, string>} */
const MARKER_KINDS = {
  leads: 'lead',
  contacts: 'contact',
  companies: 'company',
  customers: 'customer',
};

/**
 * What the rows show at first: stored values, else `default_value`, which may be an i18n key
 * (https://www.amocrm.ru/developers/content/integrations/structure).
 * @param {Fields} fields
 * @param {Record<string, unknown>} stored
 */
export function startValues(fields, stored) {
  const texts = chooseTexts().texts;
  return Object.fromEntries(
    Object.entries(fields).map(([code, field]) => {
      const given = field.default_value ?? '';
      const translated = lookUp(texts, String(given));
      return [code, stored[code] ?? (typeof translated === 'string' ? translated : given)];
    }),
  );
}

/**
 * The third argument of `salesbotDesignerSettings`: the values, and, as published widgets read them,
 * `params.params.params.params`. The printed form has the values only, so that the path does not show up in copies.
 * @param {Record<string, unknown>} values
 */
export function blockParams(values) {
  const hidden = { configurable: true, enumerable: false };
  if (!Object.hasOwn(values, 'params'))
    Object.defineProperty(values, 'params', { ...hidden, value: { params: { params: values } } });
  return values;
}

/** A template of its own, because the vendor's page prints the call that `renderRow` is, and widgets may make it themselves. */
const ROW = '/tmpl/salesbot_designer/controls/widget_param.twig';

/**
 * `renderRow`: a caption or nothing; returns the markup of a row, which the widget places itself
 * (https://www.amocrm.ru/developers/content/integrations/salesbot_widget).
 * @param {string} [caption]
 */
export function widgetParam(caption) {
  return systemTemplate(ROW)?.render({ caption: String(caption ?? ''), is_widget: true }) ?? '';
}

/**
 * @param {string} caption
 * @param {string} code
 */
function row(caption, code) {
  // A template that the developer supplied may have no element.
  const drawn = fragment(widgetParam(caption)).firstElementChild ?? h('div');
  drawn.setAttribute('data-field-name', code);
  return drawn;
}

/**
 * @param {Fields} fields
 * @param {Record<string, unknown>} values
 */
export function handlerRows(fields, values) {
  return Object.entries(fields).map(([code, field]) => {
    const caption = manifestText(chooseTexts().texts, field.name) || code;
    const drawn = row(caption, code);
    const value = String(values[code] ?? '');
    drawn.append(
      field.manual === true
        ? typedValue(code, caption, field, value)
        : chosenField(code, caption, field, value),
    );
    return drawn;
  });
}

/**
 * @param {string} code
 * @param {string} caption
 * @param {SalesbotField} field
 * @param {string} value
 */
function typedValue(code, caption, field, value) {
  return h('input', {
    class: 'text-input',
    type: 'text',
    inputmode: field.type === 'numeric' ? 'decimal' : field.type === 'url' ? 'url' : undefined,
    name: 'value_manual',
    'data-field-name': code,
    'aria-label': caption,
    value,
  });
}

/**
 * The name of this control is an assumption; no source prints it.
 * @param {string} code
 * @param {string} caption
 * @param {SalesbotField} field
 * @param {string} value
 */
function chosenField(code, caption, field, value) {
  const offered = accountFields(field.type ?? 'text');
  const isListed = offered.some(({ marker }) => marker === value);
  const options = [
    { marker: '', name: text('chooseField') },
    ...(value !== '' && !isListed ? [{ marker: value, name: value }] : []),
    ...offered,
  ];
  return h(
    'select',
    {
      class: 'text-input',
      name: 'value_field',
      'data-field-name': code,
      'aria-label': caption,
    },
    options.map(({ marker, name }) =>
      h('option', { value: marker, selected: marker === value }, name),
    ),
  );
}

/** @param {string} type of the setting: text, numeric or url */
function accountFields(type) {
  const types = OFFERED[type] ?? OFFERED.text ?? [];
  const own = boot.fields.flatMap(({ id, owner, name, type: ofField }) => {
    const entity = MARKER_KINDS[owner];
    return entity ? [{ marker: `{{${entity}.cf.${id}}}`, name, type: ofField }] : [];
  });
  return [...BUILT_IN, ...own].filter((one) => types.includes(one.type));
}

/**
 * Takes the values from the block into `params`. A widget may have put a control of its own, named like the setting, in
 * the place of Kommo's.
 * @param {Element} block
 * @param {Element} body
 * @param {Fields} fields
 * @param {Record<string, unknown>} params
 */
export function readParams(block, body, fields, params) {
  for (const code of Object.keys(fields)) {
    const name = CSS.escape(code);
    const control =
      body.querySelector(`[name="${name}"]`) ??
      block.querySelector(`[name="${name}"]`) ??
      body.querySelector(`[data-field-name="${name}"][name^="value_"]`);
    if (control) params[code] = controlValue(control);
  }
}

/** @param {Element} control */
function controlValue(control) {
  if (control instanceof HTMLInputElement && control.type === 'checkbox')
    return control.checked ? control.value : '';
  return /** @type {HTMLInputElement} */ (control).value;
}
