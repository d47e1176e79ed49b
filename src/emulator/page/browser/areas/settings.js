// @ts-check
/** Settings > Integrations: the account's integrations, and the settings modal of ours. */
import { h } from '../core/dom.js';
import { log, warn } from '../core/log.js';
import { $, boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { whyNotHere } from '../sdk/may-run.js';
import { situation } from '../sdk/situation.js';
import { openSettings } from '../settings/modal.js';
import { drawShell } from '../shell/shell.js';

/** @typedef {import('../types.d.ts').Widget} Widget */

/** Other integrations, to make the page look real; they do nothing. */
const NEIGHBOURS = [
  { name: 'Web forms', colour: '#326fd8' },
  { name: 'Mail campaigns', colour: '#29554e' },
  { name: 'Invoices', colour: '#7a3e9d' },
];

export function drawSettings() {
  const search = h('input', {
    class: 'text-input page__search',
    type: 'search',
    placeholder: text('search'),
    'aria-label': text('search'),
  });
  const cards = [...(boot.widget ? [card(boot.widget)] : []), ...NEIGHBOURS.map(neighbour)];
  search.addEventListener('input', () => {
    const wanted = search.value.toLowerCase();
    for (const one of cards) {
      const name = one.querySelector('.widget-card__name')?.textContent ?? '';
      one.classList.toggle('hidden', !name.toLowerCase().includes(wanted));
    }
  });
  drawShell(text('integrations'), [search]).append(
    h('h2', { class: 'widgets-category__title' }, text('own')),
    h('div', { class: 'widgets-list', id: 'widgets_list' }, cards),
  );
}

/** @param {import('../types.d.ts').WidgetBoot} widget */
function card(widget) {
  const name =
    manifestText(chooseTexts().texts, widget.manifest?.widget?.name) || widget.integration.name;
  const state = h('span', { class: 'widget-card__state' }, stateText(widget));
  $(document).on('emulator:installed-changed', () => {
    state.textContent = stateText(widget);
  });
  // `set_status` shows in the list as well as in the modal.
  $(document).on('emulator:status', (_event, /** @type {string} */ status) => {
    state.textContent = status === 'error' ? text('error') : stateText(widget);
  });
  return h(
    'button',
    { type: 'button', class: 'widget-card js-widget-card', 'data-code': widget.code },
    [
      h('img', {
        class: 'widget-card__logo',
        src: `${widget.folder}/images/logo_medium.png`,
        alt: '',
        width: 240,
        height: 84,
      }),
      h('span', { class: 'widget-card__name' }, name),
      state,
    ],
  );
}

/** @param {import('../types.d.ts').WidgetBoot} widget */
function stateText(widget) {
  return text(widget.install.status === 'install' ? 'notInstalled' : 'installed');
}

/** @param {{ name: string, colour: string }} item */
function neighbour({ name, colour }) {
  return h('div', { class: 'widget-card widget-card_neighbour' }, [
    h(
      'span',
      { class: 'widget-card__drawing', style: `background:${colour}`, 'aria-hidden': 'true' },
      name.charAt(0),
    ),
    h('span', { class: 'widget-card__name' }, name),
    h('span', { class: 'widget-card__state' }, text('notInstalled')),
  ]);
}

/**
 * Opens the modal as the address says (`#/` is closed) and lets the card open it again.
 * @param {Widget | undefined} widget
 */
export async function runSettings(widget) {
  const data = boot.widget;
  if (!data) return;
  if (whyNotHere(situation()) !== '')
    warn(
      'locations',
      'the manifest has no location "settings": no code of the widget runs in this modal',
    );
  const open = async (/** @type {{ onClose?: () => void }} */ options = {}) => {
    history.replaceState(null, '', `#/${data.code}`);
    await openSettings({
      widget,
      onClose: () => {
        history.replaceState(null, '', '#/');
        options.onClose?.();
      },
    });
  };
  $(document).off('.emulator_cards');
  $(document).on('click.emulator_cards', '.js-widget-card', () => void open());
  if (window.location.hash === '#/') log('page', 'settings modal', 'closed');
  else await open();
}
