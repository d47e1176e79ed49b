// @ts-check
import { h, icon } from '../core/dom.js';
import { log } from '../core/log.js';
import { text } from '../core/texts.js';

/**
 * Kommo's own controls at the right end of a list's head. Widgets add entries to the menu and watch the button; here they
 * only say so in the log.
 * @param {string} kind
 */
export function listTools(kind) {
  const menu = h('ul', { id: 'list_menu', class: 'button-input__context-menu hidden' }, [
    h(
      'li',
      { class: 'button-input__context-menu__item js-list-export' },
      h(
        'button',
        { type: 'button', class: 'button-input__context-menu__item__inner' },
        h('span', { class: 'button-input__context-menu__item__text' }, text('exportList')),
      ),
    ),
  ]);
  menu
    .querySelector('.js-list-export button')
    ?.addEventListener('click', () => log('page', 'list', 'Kommo exports the list'));
  const opener = h(
    'button',
    {
      type: 'button',
      class: 'button-input button-input-with-menu',
      'aria-label': text('listMenu'),
      'aria-expanded': 'false',
      'aria-controls': 'list_menu',
    },
    h(
      'span',
      { class: 'button-input-inner button-input-more-inner' },
      icon('M6 12h.01M12 12h.01M18 12h.01', 18),
    ),
  );
  opener.addEventListener('click', () => {
    const isClosed = menu.classList.toggle('hidden');
    opener.setAttribute('aria-expanded', String(!isClosed));
  });
  const more = h(
    'div',
    { class: 'list-top-nav__icon-button list-top-nav__icon-button_context' },
    h('div', { class: 'button-input-wrapper button-input-more content__top__action__btn-more' }, [
      opener,
      menu,
    ]),
  );
  if (kind !== 'leads') return [more];
  const add = h(
    'button',
    { type: 'button', class: 'button-input button-input_add button-input_add-lead' },
    h('span', { class: 'button-input-inner__text' }, text('addLead')),
  );
  add.addEventListener('click', () => log('page', 'list', 'Kommo opens the card of a new lead'));
  return [more, add];
}
