// @ts-check
/**
 * A list of own elements (location `catalogs`). A click on an element opens Kommo's card, or goes to the widget's
 * `loadCatalogElement` where the widget claimed the list with `setSdkCatalogId`.
 */
import { h } from '../core/dom.js';
import { log } from '../core/log.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { call } from '../sdk/run.js';
import { drawShell } from '../shell/shell.js';

const ELEMENTS = boot.catalogs.find(({ id }) => id === boot.catalogId)?.elements ?? [];

export function drawCatalog() {
  const rows = ELEMENTS.map((element) =>
    h('tr', { class: 'list-row js-list-row', 'data-id': element.id }, [
      h(
        'td',
        {},
        h(
          'button',
          { type: 'button', class: 'card-sdk__found js-catalog-element', 'data-id': element.id },
          element.name,
        ),
      ),
      h('td', {}, String(element.price)),
    ]),
  );
  const head = h('tr', {}, [
    h('th', { scope: 'col' }, text('name')),
    h('th', { scope: 'col' }, text('price')),
  ]);
  drawShell(text('lists'), [], { list: 'catalogs' }).append(
    h('div', { class: 'card card_list' }, [
      h('table', { class: 'list__table' }, [h('thead', {}, head), h('tbody', {}, rows)]),
    ]),
  );
}

/** @param {import('../types.d.ts').Widget | undefined} widget */
export function runCatalog(widget) {
  for (const button of document.querySelectorAll('.js-catalog-element')) {
    button.addEventListener('click', () => {
      const element = ELEMENTS.find(
        ({ id }) => id === Number(/** @type {HTMLElement} */ (button).dataset.id),
      );
      const isClaimed = widget && Number(widget.params.sdk_catalog_id) === boot.catalogId;
      if (isClaimed)
        void call(widget, 'loadCatalogElement', [{ ...element, catalog_id: boot.catalogId }]);
      else log('page', 'catalog', 'Kommo opens its own card', element);
    });
  }
}
