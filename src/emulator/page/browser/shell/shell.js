// @ts-check
/** The frame around every area: Kommo's left menu, the page's head, and the element the area draws into. */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { leftMenu } from './left-menu.js';

/**
 * @param {string} title
 * @param {import('../core/dom.js').Child[]} [tools] right end of the page's head
 * @returns {HTMLElement} where the area draws
 */
export function drawShell(title, tools = []) {
  const holder = h('main', { id: 'page_holder', class: 'page__holder' });
  const head = h('header', { class: 'page__head list__top' }, [
    h('h1', { class: 'page__title list__top__title' }, title),
    h('div', { class: 'page__tools' }, tools),
  ]);
  document.body.prepend(
    h('div', { class: 'page', id: 'page' }, [
      leftMenu(),
      h('div', { class: 'page__body' }, [head, holder]),
    ]),
  );
  document.title = `${title} - ${boot.account.name}`;
  return holder;
}
