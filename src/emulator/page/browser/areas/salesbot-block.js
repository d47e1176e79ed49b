// @ts-check
/** One open block of the salesbot designer: its rows, the exits the widget names, and what Save asks the widget for. */
import { h } from '../core/dom.js';
import { log } from '../core/log.js';
import { $, boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { kommoButton } from '../sdk/button.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { pagePost } from '../sdk/page-request.js';
import { call } from '../sdk/run.js';
import { checkBot, checkExits } from './salesbot-answers.js';
import { blockParams, handlerRows, readParams, startValues, widgetParam } from './salesbot-rows.js';

/**
 * @typedef {object} Opened
 * @property {string} code the handler's key in the manifest
 * @property {import('../types.d.ts').SalesbotHandler} handler
 * @property {Record<string, unknown>} params stored values
 * @property {number} [id] of a block that was saved before
 * @property {HTMLElement} [place] what the open block stands for
 */

/**
 * @param {import('../types.d.ts').Widget} widget
 * @param {Opened} opened
 */
export async function openBlock(widget, opened) {
  const { code, handler, place } = opened;
  const fields = handler.settings ?? {};
  const name = manifestText(chooseTexts().texts, handler.name);
  const params = blockParams(startValues(fields, opened.params));
  const body = h('div', { class: 'salesbot-designer__block-body' }, handlerRows(fields, params));
  const exits = h('ul', { class: 'salesbot__exits' });
  const saveButton = kommoButton('button-input_blue js-salesbot-save', text('save'));
  const block = h(
    'section',
    {
      class: 'salesbot__block salesbot-designer__block',
      'data-handler': code,
      'aria-label': name,
    },
    [
      h('div', { class: 'salesbot-designer__block-header' }, [
        h('h2', { class: 'pipeline__caption salesbot-designer__block-header-name_text' }, name),
      ]),
      body,
      exits,
      saveButton,
    ],
  );
  if (place?.isConnected) place.replaceWith(block);
  else document.querySelector('.js-salesbot-canvas')?.append(block);
  const readNow = () => readParams(block, body, fields, params);
  $(block).on('change input', readNow);
  const answer = await call(widget, 'salesbotDesignerSettings', [$(body), widgetParam, params]);
  exits.replaceChildren(
    ...checkExits(answer).map((exit) => h('li', { 'data-exit': exit.code }, exit.title)),
  );
  saveButton.addEventListener('click', async () => {
    readNow();
    opened.id = (await saveBlock(widget, code, params, opened.id)) ?? opened.id;
  });
}

/**
 * @param {import('../types.d.ts').Widget} widget
 * @param {string} code
 * @param {Record<string, unknown>} params
 * @param {number | undefined} id
 * @returns {Promise<number | undefined>} the block's id once it is stored
 */
async function saveBlock(widget, code, params, id) {
  const answer = await call(widget, 'onSalesbotDesignerSave', [code, params]);
  const bot = checkBot(answer);
  if (bot === undefined) return undefined;
  const saved = await pagePost('/ajax/emulator/salesbot/blocks', {
    id,
    handler: code,
    params,
    bot: answer,
  });
  log('page', 'salesbot', 'bot saved', { bot, params });
  const block = { id: Number(saved.id), handler: code, params: { ...params } };
  boot.salesbotBlocks = [...boot.salesbotBlocks.filter((one) => one.id !== block.id), block];
  return block.id;
}
