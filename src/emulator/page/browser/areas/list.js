// @ts-check
/**
 * Lists of leads, contacts, customers and tasks: rows to tick, and then the widget's command under "More", which opens its
 * column (https://www.amocrm.ru/developers/content/integrations/areas).
 */
import { h } from '../core/dom.js';
import { $, boot, switchValue } from '../core/page.js';
import { text } from '../core/texts.js';
import { forgetSelection, selectRow } from '../sdk/card-hooks.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { call } from '../sdk/run.js';
import { drawShell } from '../shell/shell.js';
import { showColumn, showOverlay, widgetColumn } from '../shell/widget-column.js';
import { listRow, offerContactActions } from './list-row.js';
import { listTools } from './list-tools.js';
import { redrawColumn } from './redraw-column.js';
import { offerSync } from './todo-sync.js';

const KINDS = /** @type {const} */ ({
  llist: 'leads',
  clist: 'contacts',
  culist: 'customers',
  tlist: 'todo',
});

function listKind() {
  return KINDS[/** @type {keyof typeof KINDS} */ (boot.area)];
}

export function drawList() {
  const kind = listKind();
  const rows = boot.entities.filter((entity) => entity.kind === kind);
  forgetSelection();
  const holder = drawShell(text(kind), listTools(kind), { list: kind });
  const table = h('table', { class: 'list__table', id: 'list_table' }, [
    h(
      'thead',
      {},
      h('tr', { class: 'list-row list-row-head js-list-row-head' }, [
        h('td', { class: 'list-row__cell list__cell-tick' }),
        heading('name'),
        heading('contacts'),
        kind === 'leads' && heading('stage'),
        kind === 'leads' && heading('price', ' list__cell-number'),
      ]),
    ),
    h('tbody', {}, rows.map(listRow)),
  ]);
  const more = h('div', {
    id: 'list_multiple_actions',
    class: 'list-multiple-actions hidden js-list-actions',
  });
  holder.append(more, h('div', { class: 'card card_list' }, [table, widgetColumn(false)]));
}

/**
 * @param {string} name
 * @param {string} [className]
 */
function heading(name, className = '') {
  return h('th', { scope: 'col', class: `list-row__cell${className}` }, text(name));
}

/** @param {import('../types.d.ts').Widget | undefined} widget */
export function runList(widget) {
  const actions = document.querySelector('.js-list-actions');
  const table = document.querySelector('#list_table');
  if (!actions || !table) return;
  const kind = listKind();
  if (kind === 'contacts') offerContactActions();
  let isOpen = false;
  /** @param {boolean} wanted */
  const open = async (wanted) => {
    isOpen = wanted;
    if (!wanted) showOverlay(false);
    showColumn(wanted);
    if (wanted && widget) await redrawColumn(widget);
  };
  table.addEventListener('change', (event) => {
    const tick = /** @type {HTMLInputElement} */ (event.target);
    if (!tick.matches('.js-list-tick')) return;
    markRow(tick);
    const isAny = table.querySelector('.js-list-tick:checked') !== null;
    actions.classList.toggle('hidden', !isAny);
    const isAsked = isOpen || switchValue('listColumn') === 'when a row is ticked';
    void open(isAny && isAsked && columnWanted(widget));
  });
  if (!widget) return;
  const name = manifestText(chooseTexts().texts, boot.widget?.manifest?.widget.name);
  const command = h(
    'button',
    {
      type: 'button',
      class:
        'button-input list-multiple-actions__item js-list-multiple-actions__item js-list-widget',
      'data-code': boot.widget?.code,
      'data-type': boot.widget?.code,
    },
    `${text('more')}: ${name}`,
  );
  command.addEventListener('click', async () => {
    await open(columnWanted(widget));
    await call(widget, `${kind}.selected`);
  });
  actions.replaceChildren(command);
  if (kind === 'todo') offerSync(widget);
  $(document).trigger('list:loaded');
}

/** @param {HTMLInputElement} tick */
function markRow(tick) {
  const row = /** @type {HTMLElement} */ (tick.closest('.js-list-row'));
  selectRow(Number(row.dataset.id), tick.checked);
  tick.closest('.control-checkbox')?.classList.toggle('is-checked', tick.checked);
}

/**
 * A location with the suffix `-0`, and `everywhere`, run without the column; no suffix means `-1`.
 * @param {import('../types.d.ts').Widget | undefined} widget
 */
function columnWanted(widget) {
  const locations = (boot.widget?.manifest?.locations ?? []).map((name) => name.trim());
  return (
    widget !== undefined && [boot.area, `${boot.area}-1`].some((name) => locations.includes(name))
  );
}
