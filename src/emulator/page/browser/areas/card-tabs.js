// @ts-check
import { h } from '../core/dom.js';
import { text } from '../core/texts.js';

/**
 * The tabs of a card's left column: Kommo's own, and the widget's.
 * @param {HTMLElement} pane
 * @param {string} name
 * @param {() => Promise<void>} open called each time the widget's tab is shown
 */
export function drawCardTabs(pane, name, open) {
  const main = /** @type {HTMLElement} */ (document.querySelector('#card_main'));
  main.setAttribute('role', 'tabpanel');
  main.setAttribute('aria-label', text('card'));
  const tabs = [
    { label: text('card'), shown: main },
    { label: name, shown: pane },
  ].map(({ label, shown }, index) => {
    const tab = h(
      'button',
      {
        type: 'button',
        role: 'tab',
        class: 'card-tabs__item',
        'aria-selected': String(index === 0),
        'aria-controls': shown.id,
      },
      label,
    );
    tab.addEventListener('click', () => {
      for (const other of tabs) {
        other.tab.setAttribute('aria-selected', String(other.tab === tab));
        other.shown.classList.toggle('hidden', other.tab !== tab);
      }
      if (shown === pane) void open();
    });
    return { tab, shown };
  });
  document.querySelector('.js-card-tabs')?.replaceChildren(...tabs.map(({ tab }) => tab));
}
