// @ts-check
/** The list of chats: newest first, searched by name, walked through with the arrow keys. */
import { h, icon } from '../core/dom.js';
import { initialsOf, shortTime } from './format.js';

/** @typedef {import('../../chats/views.ts').ChatRow} ChatRow */

const SEARCH = 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4';
const OURS = 'M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1';

export class ChatList {
  element = h('section', { class: 'chats', 'aria-label': 'All chats' });
  #list = h('ul', { class: 'chats__list' });
  #empty = h('p', { class: 'chats__empty', hidden: true });
  #search = h('input', {
    type: 'search',
    class: 'chats__search',
    'aria-label': 'Search by name',
    placeholder: 'Search by name',
    autocomplete: 'off',
  });
  #choose;
  /** @type {ChatRow[]} */
  #rows = [];
  /** @type {string | null} */
  #chosen = null;
  /** @type {Map<string, { item: HTMLLIElement, link: HTMLAnchorElement, key: string }>} */
  #items = new Map();

  /**
   * @param {(chat: string) => void} choose
   * @param {HTMLButtonElement} writeFirst
   */
  constructor(choose, writeFirst) {
    this.#choose = choose;
    this.element.append(
      h('header', { class: 'chats__head' }, [h('h1', {}, 'Chats'), writeFirst]),
      h('div', { class: 'chats__find' }, [icon(SEARCH, 18), this.#search]),
      this.#list,
      this.#empty,
    );
    this.#search.addEventListener('input', () => this.#draw());
    this.#list.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /**
   * @param {ChatRow[]} rows
   * @param {string | null} chosen
   */
  show(rows, chosen) {
    this.#rows = rows;
    this.#chosen = chosen;
    this.#draw();
  }

  #draw() {
    const wanted = this.#search.value.trim().toLocaleLowerCase();
    const shown = this.#rows.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
    const focused = document.activeElement;
    const items = shown.map((row) => this.#itemOf(row));
    for (const [index, item] of items.entries()) {
      const there = this.#list.children[index] ?? null;
      if (there !== item) this.#list.insertBefore(item, there);
    }
    while (this.#list.children.length > items.length) this.#list.lastElementChild?.remove();
    // A moved item would lose the focus.
    if (focused instanceof HTMLElement && this.#list.contains(focused)) focused.focus();
    this.#empty.hidden = shown.length > 0;
    this.#empty.textContent =
      this.#rows.length > 0
        ? 'Nobody of this name has written.'
        : 'No messages yet. They appear here as soon as a client writes.';
  }

  /** @param {ChatRow} row */
  #itemOf(row) {
    const isChosen = row.id === this.#chosen;
    const key = JSON.stringify([row, isChosen, row.last && shortTime(row.last.at)]);
    const known = this.#items.get(row.id) ?? this.#newItem(row.id);
    if (known.key === key) return known.item;
    known.key = key;
    known.link.toggleAttribute('data-unread', row.unread > 0);
    if (isChosen) known.link.setAttribute('aria-current', 'true');
    else known.link.removeAttribute('aria-current');
    known.link.replaceChildren(...rowParts(row));
    return known.item;
  }

  /** @param {string} id */
  #newItem(id) {
    const link = h('a', { class: 'chat', href: `/chats/${id}` });
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#choose(id);
    });
    const made = { item: h('li', {}, link), link, key: '' };
    this.#items.set(id, made);
    return made;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const links = [...this.#list.querySelectorAll('a')];
    const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
    /** @type {Record<string, number>} */
    const moves = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: links.length - 1 };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    links[to]?.focus();
  }
}

/** @param {ChatRow} row */
function rowParts({ name, avatar: picture, source, unread, last, lead }) {
  return [
    avatar(name, picture),
    h('span', { class: 'chat__name' }, name),
    h('span', { class: 'chat__time' }, last ? shortTime(last.at) : ''),
    h('span', { class: 'chat__last' }, [
      last?.isOurs && icon(OURS, 14),
      last?.isFailed && h('span', { class: 'chat__failed' }, 'Not delivered: '),
      h('span', {}, last?.text ?? 'No messages'),
    ]),
    unread > 0 &&
      h('span', { class: 'chat__unread' }, [
        String(unread),
        h('span', { class: 'sr-only' }, ' unread'),
      ]),
    h('span', { class: 'chat__lead' }, [
      h('span', { class: 'chat__source' }, source),
      lead && h('span', { class: 'chat__stage', title: lead.status }, leadLine(lead)),
    ]),
  ].filter((part) => part !== false);
}

/** @param {import('../../chats/views.ts').LeadRow} lead */
function leadLine(lead) {
  return `${lead.name} · ${lead.pipeline}`;
}

/**
 * @param {string} name
 * @param {string | null} address
 */
export function avatar(name, address) {
  if (address !== null) return h('img', { class: 'avatar', src: address, alt: '' });
  const hue = [...name].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 360, 7);
  const circle = h('span', { class: 'avatar', 'aria-hidden': 'true' }, initialsOf(name));
  circle.style.setProperty('--hue', String(hue));
  return circle;
}
