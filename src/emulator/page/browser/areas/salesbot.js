// @ts-check
/**
 * The salesbot designer: one block per handler of `salesbot_designer` in the manifest; the widget draws its settings and
 * answers the bot's code on save (https://www.amocrm.ru/developers/content/integrations/salesbot).
 */
import { h } from '../core/dom.js';
import { log, warn } from '../core/log.js';
import { $, boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { kommoButton } from '../sdk/button.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { call } from '../sdk/run.js';
import { drawShell } from '../shell/shell.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/** @typedef {import('../types.d.ts').SalesbotHandler} SalesbotHandler */

export function drawSalesbot() {
  const holder = drawShell(text('salesbot'));
  holder.append(
    h('div', { class: 'salesbot' }, [
      h('div', { class: 'salesbot__palette js-salesbot-palette' }),
      h('div', { class: 'salesbot__canvas js-salesbot-canvas' }),
    ]),
  );
}

/** @param {Widget | undefined} widget */
export function runSalesbot(widget) {
  if (!widget) return;
  const handlers = boot.widget?.manifest?.salesbot_designer ?? {};
  const buttons = Object.entries(handlers).map(([code, handler]) => {
    const add = kommoButton('js-salesbot-add', manifestText(chooseTexts().texts, handler.name), {
      'data-handler': code,
    });
    add.addEventListener('click', () => void openBlock(widget, code, handler));
    return add;
  });
  document.querySelector('.js-salesbot-palette')?.replaceChildren(...buttons);
}

/**
 * @param {Widget} widget
 * @param {string} code
 * @param {SalesbotHandler} handler
 */
async function openBlock(widget, code, handler) {
  const body = h('div', { class: 'salesbot__block-body' });
  const exits = h('ul', { class: 'salesbot__exits' });
  const saveButton = kommoButton('button-input_blue js-salesbot-save', text('save'));
  const block = h(
    'section',
    { class: 'salesbot__block', 'data-handler': code, 'aria-label': handler.name },
    [
      h('h2', { class: 'pipeline__caption' }, manifestText(chooseTexts().texts, handler.name)),
      body,
      exits,
      saveButton,
    ],
  );
  document.querySelector('.js-salesbot-canvas')?.append(block);
  /** @type {Record<string, unknown>} */
  const params = {};
  for (const [name, field] of Object.entries(handler.settings ?? {})) {
    params[name] = field.default_value ?? '';
    if (field.manual !== true) body.append(designerRow(name, field, params));
  }
  const renderRow = (/** @type {{ label?: string, name: string, type?: string }} */ row) => {
    const drawn = designerRow(row.name, { name: row.label ?? row.name, type: row.type }, params);
    body.append(drawn);
    return $(drawn);
  };
  const answer = /** @type {{ exits?: { code: string, title: string }[] } | undefined} */ (
    await call(widget, 'salesbotDesignerSettings', [$(body), renderRow, params])
  );
  exits.replaceChildren(
    ...(answer?.exits ?? []).map((exit) => h('li', { 'data-exit': exit.code }, exit.title)),
  );
  saveButton.addEventListener('click', () => void saveBlock(widget, code, params));
}

/**
 * @param {string} name
 * @param {{ name: string, type?: string | undefined }} field
 * @param {Record<string, unknown>} params
 */
function designerRow(name, field, params) {
  const type = field.type === 'numeric' ? 'number' : field.type === 'url' ? 'url' : 'text';
  const input = h('input', { class: 'text-input', type, name, value: String(params[name] ?? '') });
  input.addEventListener('change', () => {
    params[name] = input.value;
  });
  return h('label', { class: 'salesbot__row' }, [
    h('span', {}, manifestText(chooseTexts().texts, field.name)),
    input,
  ]);
}

/**
 * @param {Widget} widget
 * @param {string} code
 * @param {Record<string, unknown>} params
 */
async function saveBlock(widget, code, params) {
  const bot = await call(widget, 'onSalesbotDesignerSave', [code, params]);
  if (typeof bot !== 'string') {
    warn('onSalesbotDesignerSave', 'onSalesbotDesignerSave must answer the bot as a JSON string');
    return;
  }
  try {
    log('page', 'salesbot', 'bot saved', { bot: JSON.parse(bot) });
  } catch {
    warn('onSalesbotDesignerSave', 'onSalesbotDesignerSave answered a string that is no JSON');
  }
}
