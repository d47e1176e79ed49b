// @ts-check
/**
 * The right column of cards and lists, where widgets draw with `render_template`, and the veil over everything but the
 * column. Published widgets close both by `$('#widgets_block').hide()` and `$('#card_widgets_overlay').remove()`.
 */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';

/** @param {boolean} isShown lists show it only for selected rows */
export function widgetColumn(isShown) {
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'card-widgets__toggle card-widgets-on-off-top js-card-widgets-on-off',
      'aria-expanded': 'true',
    },
    text('widgets'),
  );
  const column = h(
    'aside',
    {
      id: 'widgets_block',
      class: `card-widgets custom-scroll js-widgets-active${isShown ? '' : ' hidden'}`,
      'aria-label': text('widgets'),
    },
    [
      h('div', { class: 'card-widgets__top' }, toggle),
      h('div', {
        id: 'nano-card-widgets',
        class: 'card-widgets__elements js-widgets-elements',
      }),
    ],
  );
  toggle.addEventListener('click', () => {
    const isOpen = column.classList.toggle('card-widgets_closed') === false;
    column.classList.toggle('js-widgets-active', isOpen);
    toggle.setAttribute('aria-expanded', String(isOpen));
  });
  return column;
}

/**
 * Shows the column of a list, or hides it. A widget may have hidden or removed it before.
 * @param {boolean} isShown
 */
export function showColumn(isShown) {
  let column = document.querySelector('#widgets_block');
  if (isShown && !column) {
    column = widgetColumn(true);
    document.querySelector('.card_list')?.append(column);
  }
  if (!(column instanceof HTMLElement)) return;
  column.classList.toggle('hidden', !isShown);
  if (isShown) column.style.removeProperty('display');
}

/**
 * What `widgetsOverlay` does: a veil over all but the column. A click on it closes both; a card keeps its column.
 * @param {boolean} isShown
 */
export function showOverlay(isShown) {
  document.querySelector('#card_widgets_overlay')?.remove();
  if (!isShown) return;
  const overlay = h('div', {
    id: 'card_widgets_overlay',
    class: 'default-overlay default-overlay-visible',
  });
  overlay.addEventListener('click', () => {
    overlay.remove();
    if (!boot.entity) showColumn(false);
  });
  document.querySelector('#widgets_block')?.before(overlay);
}
