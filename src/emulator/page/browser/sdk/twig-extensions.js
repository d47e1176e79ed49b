// @ts-check
/**
 * What Kommo adds to Twig: `include_control` for the templates of widgets, the filters of its published templates
 * (https://developers.kommo.com/docs/system-templates), and what our own templates of those controls need.
 */
import { escapeHtml } from '../core/dom.js';
import { dropdownTitle, numeralWord } from './dropdown-title.js';

/**
 * @typedef {object} TwigModule
 * @property {(name: string, fn: (...args: never[]) => unknown) => void} extendFunction
 * @property {(name: string, fn: (...args: never[]) => unknown) => void} extendFilter
 */

/**
 * @param {TwigModule} Twig
 * @param {(name: string, params: object) => string} renderControl a system control as markup, by its name
 * @param {(key: string) => string} text the host's own words
 */
export function extendTwig(Twig, renderControl, text) {
  Twig.extendFunction('include_control', (/** @type {string} */ name, params = {}) =>
    renderControl(name, params),
  );
  Twig.extendFunction('host_text', (/** @type {string} */ key) => text(key));
  Twig.extendFunction('field_width', (/** @type {unknown} */ value, minimum = 1) =>
    Math.max(String(value ?? '').length, Number(minimum) || 1),
  );
  Twig.extendFunction(
    'dropdown_title',
    (
      /** @type {unknown} */ items,
      /** @type {string | undefined} */ empty,
      /** @type {string | undefined} */ numeral,
      /** @type {unknown} */ showsValues,
      /** @type {string | undefined} */ before,
      /** @type {unknown} */ isEscaped,
    ) => {
      const all = listOf(items);
      const parts = dropdownTitle(
        all.filter(isChecked).map(({ option }) => String(option ?? '')),
        all.length,
        { empty, numeral, showsValues: Boolean(showsValues) },
        text,
      );
      return titleHtml(isEscaped ? parts.map(escapeHtml) : parts, before);
    },
  );
  // Kommo translates its own phrases with these; a widget's copy of a published template uses them, too.
  Twig.extendFilter('i18n', (/** @type {unknown} */ phrase) => phrase);
  Twig.extendFilter('numeral', (/** @type {string} */ forms) => numeralWord(forms));
}

/** @typedef {{ option?: unknown, is_checked?: unknown }} DropdownItem */

/**
 * Widgets give a list, or an object with the items as its values.
 * @param {unknown} items
 * @returns {DropdownItem[]}
 */
function listOf(items) {
  if (typeof items !== 'object' || items === null) return [];
  return Object.entries(items).flatMap(([key, item]) => (key === '_keys' ? [] : [item]));
}

/** Twig calls a function that stands where a value is expected. @param {DropdownItem} item */
function isChecked(item) {
  return Boolean(typeof item.is_checked === 'function' ? item.is_checked() : item.is_checked);
}

/**
 * @param {string[]} parts markup
 * @param {string} [before]
 */
export function titleHtml(parts, before) {
  return parts
    .map((part, index) => {
      const mark = index === 0 && before ? ` data-title-before="${escapeHtml(before)}"` : '';
      return `<div class="checkboxes_dropdown__title-item"${mark}>${part}</div>`;
    })
    .join(', ');
}
