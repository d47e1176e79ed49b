// @ts-check
/** Lists of leads, contacts, customers and tasks: rows to select, and then the widget's command under "More". */
import { h } from '../core/dom.js';
import { $, boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { selectRow } from '../sdk/card-hooks.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { call } from '../sdk/run.js';
import { drawShell } from '../shell/shell.js';
import { widgetColumn } from '../shell/widget-column.js';
import { offerSync } from './todo-sync.js';

const KINDS = /** @type {const} */ ({
  llist: 'leads',
  clist: 'contacts',
  culist: 'customers',
  tlist: 'todo',
});

export function drawList() {
  const kind = KINDS[/** @type {keyof typeof KINDS} */ (boot.area)];
  const rows = boot.entities.filter((entity) => entity.kind === kind);
  const holder = drawShell(text(kind));
  const table = h('table', { class: 'list__table', id: 'list_table' }, [
    h(
      'thead',
      {},
      h('tr', {}, [
        h('td', { class: 'list__cell-tick' }),
        h('th', { scope: 'col' }, text('name')),
        h('th', { scope: 'col' }, text('contacts')),
        kind === 'leads' && h('th', { scope: 'col' }, text('stage')),
        kind === 'leads' && h('th', { scope: 'col', class: 'list__cell-number' }, text('price')),
      ]),
    ),
    h('tbody', {}, rows.map(listRow)),
  ]);
  const more = h('div', { class: 'list-multiple-actions hidden js-list-actions' });
  holder.append(more, h('div', { class: 'card card_list' }, [table, widgetColumn(false)]));
}

/** @param {import('../types.d.ts').Entity} entity */
function listRow(entity) {
  const tick = h('input', {
    type: 'checkbox',
    class: 'js-list-tick',
    id: `tick_${entity.id}`,
    'aria-label': entity.name,
  });
  tick.addEventListener('change', () => {
    selectRow(entity.id, tick.checked);
    const isAny = document.querySelector('.js-list-tick:checked') !== null;
    document.querySelector('.js-list-actions')?.classList.toggle('hidden', !isAny);
    document.querySelector('#card_widgets_overlay')?.classList.toggle('hidden', !isAny);
  });
  const address = entity.kind === 'todo' ? undefined : `/${entity.kind}/detail/${entity.id}`;
  return h('tr', { class: 'list-row', 'data-id': entity.id }, [
    h('td', { class: 'list__cell-tick' }, tick),
    h(
      'td',
      {},
      address ? h('a', { href: address, class: 'list-row__link' }, entity.name) : entity.name,
    ),
    h('td', {}, contactsOf(entity)),
    entity.stage !== undefined &&
      h(
        'td',
        {},
        h(
          'span',
          { class: 'list__stage', style: `--stage-color:${stageColor(entity.stage)}` },
          entity.stage,
        ),
      ),
    entity.price !== undefined &&
      h('td', { class: 'list__cell-number' }, `${entity.price} ${boot.account.currency}`),
  ]);
}

/** @param {import('../types.d.ts').Entity} entity */
function contactsOf(entity) {
  const names = boot.entities.filter(
    ({ kind, id }) => kind === 'contacts' && entity.contactIds.includes(id),
  );
  return [...entity.phones, ...entity.emails, ...names.map(({ name }) => name)].join(', ');
}

/** @param {string} name */
function stageColor(name) {
  const stages = boot.pipelines.flatMap(({ stages }) => stages);
  return stages.find((stage) => stage.name === name)?.color ?? '';
}

/** @param {import('../types.d.ts').Widget | undefined} widget */
export function runList(widget) {
  const place = document.querySelector('.js-list-actions');
  if (!widget || !place) return;
  const kind = KINDS[/** @type {keyof typeof KINDS} */ (boot.area)];
  const name = manifestText(chooseTexts().texts, boot.widget?.manifest?.widget.name);
  const command = h(
    'button',
    { type: 'button', class: 'button-input js-list-widget', 'data-code': boot.widget?.code },
    `${text('more')}: ${name}`,
  );
  command.addEventListener('click', () => void call(widget, `${kind}.selected`));
  place.replaceChildren(command);
  if (kind === 'todo') offerSync(widget);
  $(document).trigger('list:loaded');
}
