// @ts-check
/**
 * Kommo's Twig: the system controls (`/tmpl/controls/*.twig`), a widget's own templates, and `include_control` inside them
 * (https://www.amocrm.ru/developers/content/web_sdk/mechanics).
 */
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { extendTwig } from './twig-extensions.js';

/**
 * @typedef {{ render: (params?: object) => string }} Template
 * @typedef {import('./twig-extensions.js').TwigModule} TwigModule
 * @typedef {(options: object) => Template} TwigFactory
 */

/** @type {Map<string, Template>} */
const controls = new Map();
/** @type {TwigFactory} */
let twig;

/** Compiles every system control, so that `render({ ref })` can answer at once. */
export function loadControls() {
  const page = /** @type {{ Twig: TwigModule, twig: TwigFactory }} */ (
    /** @type {unknown} */ (window)
  );
  twig = page.twig;
  for (const [name, data] of Object.entries(boot.controls)) {
    const id = `/tmpl/controls/${name}.twig`;
    // The id puts it into Twig's registry, for widgets that call twig({ ref }) themselves.
    controls.set(id, twig({ id, data }));
  }
  extendTwig(page.Twig, renderControl, text);
}

/**
 * @param {string} data
 * @returns {Template}
 */
export function compile(data) {
  return twig({ data });
}

/**
 * @param {string} reference e.g. `/tmpl/controls/button.twig`
 * @returns {Template | undefined}
 */
export function systemTemplate(reference) {
  return controls.get(reference);
}

/**
 * @param {string} name e.g. `button`
 * @param {object} params
 */
function renderControl(name, params) {
  return controls.get(`/tmpl/controls/${name}.twig`)?.render(params) ?? '';
}

/** @returns {string[]} */
export function controlReferences() {
  return [...controls.keys()];
}
