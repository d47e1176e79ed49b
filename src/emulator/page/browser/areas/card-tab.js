// @ts-check
/**
 * A widget's tab in a card (location `card_sdk`): the linked elements with their quantities, those it offers, search, and
 * saving the card (https://www.amocrm.ru/developers/content/web_sdk/card).
 */
import { h } from '../core/dom.js';
import { log } from '../core/log.js';
import { $, boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { kommoButton } from '../sdk/button.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { call } from '../sdk/run.js';
import { declares } from '../sdk/situation.js';
import { drawCardTabs } from './card-tabs.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/** @typedef {{ id: number, name?: string, sku?: string, price?: number, quantity?: number }} SdkElement */
/** @typedef {{ from: string, from_id: number, quantity: number, to_id: number, to_widget_id: string }} Link */

/** Numbers of the entity kinds as Kommo gives them to the callbacks. */
const TYPE_IDS = { leads: 2, contacts: 1, companies: 3, customers: 12, todo: 4 };

/** @param {Widget} widget */
export function drawCardTab(widget) {
  const entity = boot.entity;
  const code = boot.widget?.code ?? '';
  if (!entity || !boot.widget || !declares('card_sdk')) return;
  const type = { id: TYPE_IDS[entity.kind], type: entity.kind };
  /** @type {Map<number, Link>} */
  const link = new Map();
  /** @type {Map<number, Link>} */
  const unlink = new Map();
  const linkTo = (/** @type {SdkElement} */ element, quantity = element.quantity ?? 1) => ({
    from: entity.kind,
    from_id: entity.id,
    quantity,
    to_id: element.id,
    to_widget_id: code,
  });

  const linked = h('ul', { class: 'card-sdk__list js-sdk-linked' });
  const found = h('ul', { class: 'card-sdk__list js-sdk-found' });
  const search = h('input', {
    type: 'search',
    class: 'text-input js-sdk-search',
    'aria-label': text('search'),
    placeholder: text('search'),
  });
  const save = kommoButton('button-input_blue js-sdk-save', text('save'));
  const pane = h(
    'div',
    { id: code, class: 'card-fields__pane card-sdk hidden', role: 'tabpanel', 'aria-label': code },
    [linked, search, found, save],
  );
  document.querySelector('#card_fields')?.append(pane);

  const offer = (/** @type {unknown} */ elements) => {
    found.replaceChildren(
      ...asElements(elements).map((element) => {
        const choose = h(
          'button',
          { type: 'button', class: 'card-sdk__found', 'data-id': element.id },
          labelOf(element),
        );
        choose.addEventListener('click', () => {
          if (linked.querySelector(`[data-id="${element.id}"]`)) return;
          link.set(element.id, linkTo(element));
          unlink.delete(element.id);
          linked.append(linkedRow(element, edit));
        });
        return h('li', {}, choose);
      }),
    );
  };
  /** What the user may do to a linked element; saving the card tells the widget. */
  const edit = {
    quantity: (/** @type {SdkElement} */ element, /** @type {number} */ quantity) => {
      link.set(element.id, linkTo(element, quantity));
    },
    remove: (/** @type {SdkElement} */ element) => {
      link.delete(element.id);
      unlink.set(element.id, linkTo(element));
    },
  };

  /** @type {unknown} */
  let preloaded = [];
  drawCardTabs(
    pane,
    manifestText(chooseTexts().texts, boot.widget.manifest?.widget.name),
    async () => {
      preloaded = await call(widget, 'loadPreloadedData');
      const elements = await call(widget, 'loadElements', [type, entity.id]);
      linked.replaceChildren(...asElements(elements).map((element) => linkedRow(element, edit)));
    },
  );
  search.addEventListener('focus', () => {
    if (search.value === '') offer(preloaded);
  });
  search.addEventListener('change', async () => {
    offer(await call(widget, 'searchDataInCard', [search.value, type.id, entity.id]));
  });
  save.addEventListener('click', async () => {
    const links = { link: [...link.values()], unlink: [...unlink.values()] };
    link.clear();
    unlink.clear();
    await call(widget, 'linkCard', [links]);
    $(document).trigger('emulator:card-saved');
  });
}

/**
 * @param {SdkElement} element
 * @param {{ quantity: (element: SdkElement, value: number) => void, remove: (element: SdkElement) => void }} edit
 */
function linkedRow(element, edit) {
  const name = labelOf(element);
  const quantity = h('input', {
    type: 'number',
    class: 'text-input card-sdk__quantity js-sdk-quantity',
    min: 1,
    value: element.quantity ?? 1,
    'aria-label': `${text('quantity')}: ${name}`,
  });
  const remove = h(
    'button',
    {
      type: 'button',
      class: 'card-sdk__found js-sdk-unlink',
      'aria-label': `${text('unlink')}: ${name}`,
    },
    text('unlink'),
  );
  const row = h('li', { class: 'card-sdk__linked', 'data-id': element.id }, [
    h('span', { class: 'card-sdk__name' }, name),
    h('span', { class: 'card-sdk__details' }, [
      element.sku ?? '',
      ' ',
      String(element.price ?? ''),
    ]),
    quantity,
    remove,
  ]);
  quantity.addEventListener('change', () => edit.quantity(element, Number(quantity.value)));
  remove.addEventListener('click', () => {
    edit.remove(element);
    row.remove();
  });
  return row;
}

/** @param {SdkElement} element */
function labelOf(element) {
  return String(element.name ?? element.id);
}

/**
 * A widget that only draws into its tab returns an empty object.
 * @param {unknown} answer
 * @returns {SdkElement[]}
 */
function asElements(answer) {
  if (Array.isArray(answer)) return answer;
  log('page', 'card tab', 'the widget answered no list', answer);
  return [];
}
