// @ts-check
/** `self.render` and `self.render_template` (K-script "Methods of the widget object"). */

import { fragment, h } from '../core/dom.js';
import { warn } from '../core/log.js';
import { boot } from '../core/page.js';
import { compile, controlReferences, systemTemplate } from './templates.js';

/** @typedef {import('./templates.js').Template} Template */
/**
 * @typedef {object} RenderSource
 * @property {string} [data] a template as text
 * @property {string} [ref] a system control
 * @property {string} [href] a file of the widget
 * @property {string} [base_path]
 * @property {string} [v]
 * @property {boolean} [promised]
 * @property {(template: Template) => void} [load]
 */

/**
 * @param {RenderSource} source
 * @param {object} [params]
 * @returns {string | Promise<Template> | undefined}
 */
export function render(source, params = {}) {
  if (typeof source.data === 'string') return compile(source.data).render(params);
  if (source.ref) {
    const template = systemTemplate(source.ref);
    if (!template) {
      warn('render', `no system template ${source.ref}`, { known: controlReferences() });
      return '';
    }
    return template.render(params);
  }
  if (source.href) {
    const loading = loadTemplate(source);
    if (source.promised) return loading;
    // `load` is called only when the file exists; Kommo ignores a missing one silently, so it is logged here.
    loading.then(
      (template) => source.load?.(template),
      (error) => warn('render', error.message),
    );
    return undefined;
  }
  warn('render', 'render() needs data, ref or href');
  return '';
}

/**
 * @param {RenderSource} source
 * @returns {Promise<Template>}
 */
async function loadTemplate(source) {
  const base = source.base_path ?? boot.widget?.folder ?? '';
  const version = source.v ? `?v=${encodeURIComponent(source.v)}` : '';
  const address = `${base.replace(/\/$/, '')}/${(source.href ?? '').replace(/^\//, '')}${version}`;
  const response = await fetch(address);
  if (!response.ok) throw new Error(`template ${address} answered ${response.status}`);
  return compile(await response.text());
}

/**
 * The blocks of the column with the markup they were drawn from, which a widget changes later.
 * @type {WeakMap<Element, string>}
 */
export const drawnMarkup = new WeakMap();

/**
 * @typedef {object} ColumnTemplate
 * @property {{ class_name?: string, html?: string }} [caption]
 * @property {string} [body] ready HTML; signs of Twig in it stay as they are
 * @property {string} [render] a template as text, under the body
 */

/**
 * Draws the widget into the right column of a card or a list. The host draws the logo above it
 * (https://www.amocrm.ru/developers/content/web_sdk/card).
 * @param {ColumnTemplate} template
 * @param {object} [params] of `render`
 * @returns {string} the markup that was drawn
 */
export function renderTemplate(template, params = {}) {
  const code = boot.widget?.code ?? '';
  const column = document.querySelector('#widgets_block .card-widgets__elements');
  if (!column) {
    warn('render_template', 'render_template was called where there is no right column', {
      area: boot.area,
    });
    return '';
  }
  column.querySelector(`.card-widgets__widget-${CSS.escape(code)}`)?.remove();
  const caption = h('div', {
    class: `card-widgets__widget__caption js-widget-caption-block ${template.caption?.class_name ?? ''}`,
  });
  caption.append(
    h('img', {
      class: 'card-widgets__widget__caption__logo',
      src: `${boot.widget?.folder}/images/logo.png`,
      alt: '',
      width: 130,
      height: 100,
    }),
    fragment(template.caption?.html ?? ''),
  );
  const body = h('div', { class: 'card-widgets__widget__body js-body-hide' });
  body.innerHTML = (template.body ?? '') + rendered(template.render, params);
  const block = h(
    'div',
    {
      class: `card-widgets__widget card-widgets__widget-${code}`,
      'data-code': code,
      'data-widget-code': code,
    },
    [caption, body],
  );
  column.append(block);
  drawnMarkup.set(block, block.outerHTML);
  return block.outerHTML;
}

/**
 * The vendor's page says that a reference may be passed as to `render`, too.
 * @param {unknown} template
 * @param {object} params
 * @returns {string}
 */
function rendered(template, params) {
  if (typeof template === 'string') return template === '' ? '' : compile(template).render(params);
  if (typeof template !== 'object' || template === null) return '';
  const drawn = render(template, params);
  return typeof drawn === 'string' ? drawn : '';
}
