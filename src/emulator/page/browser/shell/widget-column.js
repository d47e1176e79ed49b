// @ts-check
/** The right column of cards and lists, where widgets draw with `render_template`. */
import { h } from '../core/dom.js';
import { text } from '../core/texts.js';

/** @param {boolean} isShown lists show it only while rows are selected */
export function widgetColumn(isShown) {
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'card-widgets__toggle js-card-widgets-on-off',
      'aria-expanded': 'true',
    },
    text('widgets'),
  );
  const column = h(
    'aside',
    {
      id: 'card_widgets_overlay',
      class: `card-widgets${isShown ? '' : ' hidden'}`,
      'aria-label': text('widgets'),
    },
    [
      toggle,
      h('div', { id: 'widgets_block', class: 'card-widgets__elements js-widgets-elements' }),
    ],
  );
  toggle.addEventListener('click', () => {
    const isOpen = column.classList.toggle('card-widgets_closed') === false;
    toggle.setAttribute('aria-expanded', String(isOpen));
  });
  return column;
}
