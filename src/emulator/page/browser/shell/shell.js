// @ts-check
/**
 * The frame around every area: Kommo's left menu, the page's head, and the element the area draws into. Its class names are
 * those that published widgets select.
 */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { leftMenu } from './left-menu.js';

/** @typedef {import('../core/dom.js').Child} Child */

/**
 * @typedef {object} Frame
 * @property {string} [list] the kind of entities, on a page that is a list
 * @property {boolean} [isCard] cards have a frame of their own
 */

/**
 * @param {string} title
 * @param {Child[]} [tools] right end of the page's head
 * @param {Frame} [frame]
 * @returns {HTMLElement} where the area draws
 */
export function drawShell(title, tools = [], frame = {}) {
  const place = h('div', { class: 'page__holder' });
  const body = frame.isCard
    ? cardFrame(title, tools, place)
    : listFrame(title, tools, place, frame);
  document.body.prepend(
    h('div', { class: 'page', id: 'page' }, [
      leftMenu(),
      h('main', { id: 'page_holder', class: 'page__body' }, body),
    ]),
  );
  document.title = `${title} - ${boot.account.name}`;
  return place;
}

/**
 * Lists, and the pages under Settings, have the same frame.
 * @param {string} title
 * @param {Child[]} tools
 * @param {HTMLElement} place
 * @param {Frame} frame
 */
function listFrame(title, tools, place, { list }) {
  const head = h('header', { class: 'page__head list__top list__body-right__top content__top' }, [
    h(
      'div',
      { class: 'list__top__preset content__top__preset' },
      h(
        'h1',
        { class: 'page__title list__top__title list-top-nav__text-button' },
        h('span', { class: 'h-text-overflow' }, title),
      ),
    ),
    h('div', { class: 'page__tools list__top__actions content__top__actions' }, tools),
  ]);
  const right = h('div', { id: 'list__body-right', class: 'page__frame list__body-right' }, [
    head,
    place,
  ]);
  return h(
    'div',
    { id: 'work_area', class: 'page__frame' },
    h(
      'div',
      {
        id: list ? 'list_page_holder' : undefined,
        class: `page__frame list${list ? ` list-${list}` : ''}`,
      },
      h('div', { class: 'page__frame list__body' }, right),
    ),
  );
}

/**
 * @param {string} title
 * @param {Child[]} tools
 * @param {HTMLElement} place
 */
function cardFrame(title, tools, place) {
  const head = h('header', { class: 'page__head' }, [
    h('h1', { class: 'page__title' }, title),
    h('div', { class: 'page__tools' }, tools),
  ]);
  return h('div', { id: 'card_holder', class: 'page__frame card-holder' }, [head, place]);
}
