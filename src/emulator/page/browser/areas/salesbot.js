// @ts-check
/**
 * The salesbot designer: the handlers of `salesbot_designer` in the manifest to choose from, and the blocks of the bot
 * (https://www.amocrm.ru/developers/content/integrations/salesbot_widget). The bot is not run.
 */
import { h } from '../core/dom.js';
import { warn } from '../core/log.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { kommoButton } from '../sdk/button.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { pagePost } from '../sdk/page-request.js';
import { drawShell } from '../shell/shell.js';
import { openBlock } from './salesbot-block.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/** @typedef {import('../types.d.ts').SalesbotBlock} SalesbotBlock */
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
  const handlers = handlersOfManifest();
  const logo = logoAddress();
  const buttons = [...handlers].map(([code, handler]) => {
    const add = kommoButton('js-salesbot-add', manifestText(chooseTexts().texts, handler.name), {
      'data-handler': code,
    });
    if (logo) add.prepend(h('img', { class: 'salesbot__logo', src: logo, alt: '' }));
    add.addEventListener('click', () => void openBlock(widget, { code, handler, params: {} }));
    return add;
  });
  document.querySelector('.js-salesbot-palette')?.replaceChildren(...buttons);
  document
    .querySelector('.js-salesbot-canvas')
    ?.append(...boot.salesbotBlocks.map((block) => savedBlock(widget, handlers, block)));
}

/** `logo` stands among the handlers; every other entry is one. @returns {Map<string, SalesbotHandler>} */
function handlersOfManifest() {
  const entries = Object.entries(boot.widget?.manifest?.salesbot_designer ?? {});
  return new Map(
    entries.flatMap(([code, handler]) =>
      typeof handler === 'object' && handler !== null ? [[code, handler]] : [],
    ),
  );
}

/** The sample's path begins with the widget's folder in Kommo: what counts is the file of the widget at its end. */
function logoAddress() {
  const { manifest, files = [], folder } = boot.widget ?? {};
  const path = manifest?.salesbot_designer?.logo;
  if (typeof path !== 'string') return undefined;
  const file = files.find((name) => `/${path}`.endsWith(`/${name}`));
  if (file === undefined) {
    warn('manifest', `salesbot_designer.logo names no file of the widget: ${path}`);
    return undefined;
  }
  return `${folder}/${file}`;
}

/**
 * A block of the bot, closed: it opens again with the values it was saved with.
 * @param {Widget} widget
 * @param {Map<string, SalesbotHandler>} handlers
 * @param {SalesbotBlock} block
 */
function savedBlock(widget, handlers, block) {
  const handler = handlers.get(block.handler);
  const name = manifestText(chooseTexts().texts, handler?.name) || block.handler;
  const open = h(
    'button',
    {
      type: 'button',
      class: 'salesbot__open js-salesbot-open',
      'aria-label': `${text('change')}: ${name}`,
    },
    name,
  );
  const remove = h(
    'button',
    {
      type: 'button',
      class: 'salesbot__open js-salesbot-remove',
      'aria-label': `${text('remove')}: ${name}`,
    },
    text('remove'),
  );
  const closed = h('div', { class: 'salesbot__block salesbot__closed', 'data-id': block.id }, [
    open,
    remove,
  ]);
  open.addEventListener('click', () => {
    if (!handler) return;
    const { id, params, handler: code } = block;
    void openBlock(widget, { code, handler, id, params, place: closed });
  });
  remove.addEventListener('click', async () => {
    await pagePost(`/ajax/emulator/salesbot/blocks/${block.id}`, {}, 'DELETE');
    boot.salesbotBlocks = boot.salesbotBlocks.filter(({ id }) => id !== block.id);
    closed.remove();
  });
  return closed;
}
