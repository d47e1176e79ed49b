// @ts-check
/** One message of the feed. Only the parts that changed are drawn again, so that nothing loses focus or stops playing. */
import { h, icon } from '../core/dom.js';
import { contentOf } from './content.js';
import { failureOf, statusName, tick } from './delivery.js';
import { timeOf } from './format.js';
import { attachMenu } from './menu.js';

/** @typedef {import('../../chats/views.ts').MessageView} MessageView */

/**
 * @typedef {object} MessageActs
 * @property {(message: MessageView) => void} quote
 * @property {(message: MessageView, emoji: string | null) => void} react
 * @property {(id: string) => void} show scrolls to a message
 */

const EMOJIS = [
  ...[
    ['👍', 'Thumbs up'],
    ['❤️', 'Heart'],
    ['😂', 'Laughing'],
    ['😮', 'Surprised'],
    ['😢', 'Sad'],
    ['🙏', 'Thanks'],
  ],
].map(([emoji = '', name = '']) => ({ emoji, name }));

const QUOTE = 'M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1';
const SMILE =
  'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14.500a4.500 4.500 0 0 0 7 0M9 9.500v.01M15 9.500v.01';

/** @type {Record<string, string>} */
const KINDS = { bot: 'Salesbot', device: 'On own device' };

/** A drawn message that takes newer states of itself. */
export class MessageNode {
  element = h('article', { class: 'message', tabindex: -1 });
  #content = h('div', { class: 'bubble' });
  #after = h('div', { class: 'message__after' });
  /** @type {MessageView} */
  #message;
  #acts;
  /** What each part shows now. @type {Map<Element, string>} */
  #drawn = new Map();

  /**
   * @param {MessageView} message
   * @param {MessageActs} acts
   */
  constructor(message, acts) {
    this.#message = message;
    this.#acts = acts;
    this.element.dataset.id = message.id;
    this.element.dataset.side = message.side;
    this.element.dataset.author = message.author.kind;
    const body = h('div', { class: 'message__body' }, [this.#content, this.#tools()]);
    this.element.append(this.#head(), body, this.#after);
    this.update(message);
  }

  /** Written by the same person right after the message before it: no name is needed. @param {boolean} isContinued */
  setContinued(isContinued) {
    this.element.toggleAttribute('data-continued', isContinued);
  }

  /** @param {MessageView} message */
  update(message) {
    this.#message = message;
    const { author, at, kind, delivery, refusal, reactions, isEdited, isSilent, ...content } =
      message;
    const status = statusName(message);
    const label = [author.name, timeOf(at), KINDS[author.kind], status, isEdited && 'edited'];
    this.element.setAttribute('aria-label', label.filter(Boolean).join(', '));
    this.#redraw(this.#content, { kind, ...content }, () => [
      message.quote && this.#quoteOf(message.quote),
      message.template !== null && h('small', {}, `Template: ${message.template}`),
      ...contentOf(message),
    ]);
    this.#redraw(this.#after, { at, delivery, refusal, reactions, isEdited, isSilent }, () => [
      ...this.#reactions(),
      h('span', { class: 'message__meta' }, [
        isSilent && author.kind === 'client' && h('span', { class: 'tag' }, 'Silent'),
        isEdited && h('span', {}, 'edited'),
        h('time', { datetime: new Date(at).toISOString() }, timeOf(at)),
        tick(message),
      ]),
      failureOf(message),
    ]);
    this.setCurrent(this.element.tabIndex === 0);
  }

  /**
   * @param {HTMLElement} part
   * @param {object} shown
   * @param {() => import('../core/dom.js').Child[]} draw
   */
  #redraw(part, shown, draw) {
    const key = JSON.stringify(shown);
    if (this.#drawn.get(part) === key) return;
    this.#drawn.set(part, key);
    part.replaceChildren(...h('div', {}, draw()).childNodes);
  }

  #head() {
    const { name, kind } = this.#message.author;
    const mark = KINDS[kind];
    return h('div', { class: 'message__head' }, [
      h('span', { class: 'message__author' }, name),
      mark !== undefined && h('span', { class: `tag tag_${kind}` }, mark),
    ]);
  }

  #tools() {
    const quote = toolButton('Quote', QUOTE);
    quote.addEventListener('click', () => this.#acts.quote(this.#message));
    const react = toolButton('React', SMILE);
    attachMenu(react, 'Reactions', () => this.#emojis());
    return h('div', { class: 'message__tools' }, [quote, react]);
  }

  #emojis() {
    const own = this.#message.reactions.find(({ isOwn }) => isOwn)?.emoji;
    const choose = (/** @type {string | null} */ emoji) => this.#acts.react(this.#message, emoji);
    const shown = EMOJIS.map(({ emoji, name }) => ({
      ...{ label: name, show: emoji, isChecked: own === emoji },
      run: () => choose(own === emoji ? null : emoji),
    }));
    return shown;
  }

  #reactions() {
    return this.#message.reactions.map(({ emoji, by }) =>
      h(
        'span',
        { class: 'reaction', title: by, role: 'img', 'aria-label': `${emoji} ${by}` },
        emoji,
      ),
    );
  }

  /** @param {NonNullable<MessageView['quote']>} quote */
  #quoteOf({ id, author, text }) {
    // With the space, the words that are seen are those of the name.
    const lines = [h('strong', {}, author), ' ', h('span', {}, text)];
    if (id === null) return h('blockquote', { class: 'quote' }, lines);
    const jump = h('button', { type: 'button', class: 'quote', tabindex: -1 }, lines);
    jump.setAttribute('aria-label', `Show the quoted message: ${author} ${text}`);
    jump.addEventListener('click', () => this.#acts.show(id));
    return jump;
  }

  /** Only the controls of the message one stands on are stops of the Tab key. @param {boolean} isCurrent */
  setCurrent(isCurrent) {
    this.element.tabIndex = isCurrent ? 0 : -1;
    for (const control of this.element.querySelectorAll('button, a')) {
      /** @type {HTMLElement} */ (control).tabIndex = isCurrent ? 0 : -1;
    }
  }
}

/**
 * @param {string} label
 * @param {string} path
 */
function toolButton(label, path) {
  const attributes = {
    type: 'button',
    class: 'tool',
    'aria-label': label,
    title: label,
    tabindex: -1,
  };
  return h('button', attributes, icon(path, 18));
}
