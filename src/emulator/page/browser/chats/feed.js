// @ts-check
/** The messages of the chosen chat: newest at the end, followed only by someone who is at the end. */
import { h } from '../core/dom.js';
import { dayOf } from './format.js';
import { MessageNode } from './message.js';

/** @typedef {import('../../chats/views.ts').Feed} Feed */

const NEAR_PX = 48;
/** Messages of one person within this time stand together. */
const TOGETHER_MS = 5 * 60_000;

export class FeedView {
  element = h('div', { class: 'feed' });
  #log = h('div', {
    class: 'feed__log',
    role: 'log',
    'aria-live': 'polite',
    'aria-label': 'Messages',
  });
  #earlier = h(
    'button',
    { type: 'button', class: 'feed__earlier', hidden: true },
    'Earlier messages',
  );
  #newer = h('button', { type: 'button', class: 'feed__newer', hidden: true }, 'New messages');
  #scroller = h('div', { class: 'feed__scroller' });
  #acts;
  /** @type {Map<string, MessageNode>} */
  #nodes = new Map();
  /** @type {string | undefined} */
  #chat;
  #isAtEnd = true;
  #top = 0;
  #current = '';
  #isBusy = false;

  /**
   * @param {Omit<import('./message.js').MessageActs, 'show'>} acts
   * @param {() => void} showEarlier
   */
  constructor(acts, showEarlier) {
    this.#acts = { ...acts, show: (/** @type {string} */ id) => this.#show(id) };
    const inner = h('div', { class: 'feed__inner' }, [this.#earlier, this.#log]);
    this.#scroller.append(inner);
    this.element.append(this.#scroller, this.#newer);
    this.#earlier.addEventListener('click', showEarlier);
    this.#newer.addEventListener('click', () => this.#toEnd());
    this.#scroller.addEventListener('scroll', () => this.#onScroll());
    this.#log.addEventListener('keydown', (event) => this.#onKey(event));
    this.#log.addEventListener('focusin', ({ target }) => {
      const message = /** @type {Element} */ (target).closest('article');
      if (message) this.#setCurrent(message.dataset.id ?? '');
    });
    // Pictures and the window's size change heights after the messages are drawn.
    new ResizeObserver(() => this.#isAtEnd && this.#toEnd()).observe(inner);
    new ResizeObserver(() => this.#isAtEnd && this.#toEnd()).observe(this.#scroller);
  }

  /** @param {Feed} feed */
  show(feed) {
    if (feed.id !== this.#chat) this.#clear(feed.id);
    const hadMessages = this.#nodes.size > 0;
    const heightBefore = this.#scroller.scrollHeight;
    const first = this.#log.querySelector('article')?.dataset.id;
    const added = this.#draw(feed);
    const isPrepended = hadMessages && first !== undefined && feed.messages[0]?.id !== first;
    this.#earlier.hidden = feed.earlier === 0;
    this.#earlier.textContent = `Earlier messages (${feed.earlier})`;
    if (this.#isAtEnd) this.#toEnd();
    else if (isPrepended) this.#scroller.scrollTop += this.#scroller.scrollHeight - heightBefore;
    else if (added > 0) this.#newer.hidden = false;
    // The Tab key leads to the newest message, or to the one somebody stands on.
    const isInside = this.#log.contains(document.activeElement) && this.#nodes.has(this.#current);
    this.#setCurrent(isInside ? this.#current : (feed.messages.at(-1)?.id ?? ''));
    if (this.#isBusy) requestAnimationFrame(() => this.#log.removeAttribute('aria-busy'));
    this.#isBusy = false;
  }

  /** @param {string} chat */
  #clear(chat) {
    this.#chat = chat;
    this.#nodes.clear();
    this.#log.replaceChildren();
    this.#isAtEnd = true;
    this.#newer.hidden = true;
    this.#current = '';
    // The messages a chat already has are not news.
    this.#isBusy = true;
    this.#log.setAttribute('aria-busy', 'true');
  }

  /** Brings the log to the feed's messages. @param {Feed} feed @returns {number} how many came */
  #draw({ messages }) {
    const known = new Set(messages.map(({ id }) => id));
    for (const [id, node] of this.#nodes) {
      if (known.has(id)) continue;
      node.element.remove();
      this.#nodes.delete(id);
    }
    let added = 0;
    let day = '';
    /** @type {import('../../chats/views.ts').MessageView | undefined} */
    let former;
    /** @type {Element | null} */
    let next = this.#log.firstElementChild;
    for (const message of messages) {
      const { id, at } = message;
      if (dayOf(at) !== day) {
        day = dayOf(at);
        next = this.#placeDay(day, next);
      }
      const node = this.#nodes.get(id);
      if (node === undefined) {
        const made = new MessageNode(message, this.#acts);
        this.#nodes.set(id, made);
        this.#log.insertBefore(made.element, next);
        added += 1;
      } else {
        node.update(message);
        // Moving a node would take its focus, so what stands between is taken away instead.
        while (next !== null && next !== node.element && next.tagName !== 'ARTICLE') {
          next = removed(next);
        }
        if (next === node.element) next = next.nextElementSibling;
        else this.#log.insertBefore(node.element, next);
      }
      this.#nodes.get(id)?.setContinued(former !== undefined && isContinued(former, message));
      former = message;
    }
    while (next !== null) next = removed(next);
    return added;
  }

  /**
   * @param {string} day
   * @param {Element | null} next
   * @returns {Element | null} what comes after
   */
  #placeDay(day, next) {
    if (next?.tagName === 'H3' && next.textContent === day) return next.nextElementSibling;
    this.#log.insertBefore(h('h3', { class: 'feed__day' }, day), next);
    return next;
  }

  #onScroll() {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    // Only someone who goes up leaves the end: a picture that is loaded moves it away, too.
    if (scrollTop + clientHeight >= scrollHeight - NEAR_PX) this.#isAtEnd = true;
    else if (scrollTop < this.#top) this.#isAtEnd = false;
    this.#top = scrollTop;
    if (this.#isAtEnd) this.#newer.hidden = true;
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop;
    this.#isAtEnd = true;
    this.#newer.hidden = true;
  }

  /** After someone sent something, it is what they want to see. */
  followEnd() {
    this.#toEnd();
  }

  /** @param {string} id */
  #show(id) {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    this.#isAtEnd = false;
    this.#setCurrent(id);
    node.element.focus({ preventScroll: true });
    node.element.scrollIntoView({ block: 'center' });
    node.element.classList.remove('message_shown');
    requestAnimationFrame(() => node.element.classList.add('message_shown'));
  }

  /** @param {string} id */
  #setCurrent(id) {
    this.#nodes.get(this.#current)?.setCurrent(false);
    this.#current = id;
    this.#nodes.get(id)?.setCurrent(true);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!(event.target instanceof HTMLElement) || event.target.tagName !== 'ARTICLE') return;
    const ids = [...this.#log.querySelectorAll('article')].map(({ dataset }) => dataset.id ?? '');
    const at = ids.indexOf(event.target.dataset.id ?? '');
    /** @type {Record<string, number>} */
    const moves = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: ids.length - 1 };
    const to = moves[event.key];
    const id = to === undefined ? undefined : ids[to];
    if (id === undefined) return;
    event.preventDefault();
    this.#nodes.get(id)?.element.focus();
  }
}

/**
 * @param {import('../../chats/views.ts').MessageView} former
 * @param {import('../../chats/views.ts').MessageView} message
 */
function isContinued(former, message) {
  const isSame =
    former.author.name === message.author.name && former.author.kind === message.author.kind;
  const isSoon = message.at - former.at < TOGETHER_MS && dayOf(former.at) === dayOf(message.at);
  return isSame && isSoon && former.side === message.side;
}

/** @param {Element} element @returns {Element | null} what came after it */
function removed(element) {
  const next = element.nextElementSibling;
  element.remove();
  return next;
}
