import { base64, FILE_MAX, replaceKept } from '../../page-parts/elements.js';
import { messageElement, summaryOf } from './message.js';

/**
 * One of the two phones: what it shows of the chat, and what is written on it.
 *
 * @typedef {import('./requests.js').Seen} Seen
 * @typedef {import('./requests.js').Chat} Chat
 * @typedef {(act: string, given: object) => Promise<boolean>} Doing
 * @typedef {{chat: Chat, own: string, title: string, asWhom: string}} View
 */

/** Typing is told so often while it goes on. */
const TYPING_MS = 8000;
const OFFERED_ON_PHONE = ['voice', 'location'];

/**
 * @template {Element} Type
 * @param {Element} root
 * @param {string} selector
 * @param {new () => Type} type
 */
function part(root, selector, type) {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`There is no ${selector}.`);
  return element;
}

export class Pane {
  /** @type {Seen | null} */
  #quoting = null;
  /** @type {Seen | null} */
  #editing = null;
  #toldTypingAt = 0;
  /** @type {Map<string, {json: string, element: HTMLElement}>} */
  #shown = new Map();
  /** How far down the log was when it was last taken to its end; who has read up is above that. */
  #endedAt = 0;
  #isClient;
  #doing;
  #say;
  #heading;
  #presence;
  #log;
  #empty;
  #context;
  #text;
  #asWhom;

  /**
   * @param {HTMLElement} root a section made of the page's template
   * @param {{isClient: boolean, doing: Doing, say: (text: string, isWrong?: boolean) => void}} options
   */
  constructor(root, { isClient, doing, say }) {
    this.#isClient = isClient;
    this.#doing = doing;
    this.#say = say;
    this.#heading = part(root, 'h2', HTMLHeadingElement);
    this.#presence = part(root, '.presence', HTMLElement);
    this.#log = part(root, '.log', HTMLElement);
    this.#empty = part(root, '.empty', HTMLElement);
    this.#context = part(root, '.context', HTMLElement);
    this.#text = part(root, 'textarea', HTMLTextAreaElement);
    this.#asWhom = part(root, '.asWhom', HTMLElement);
    const id = isClient ? 'client' : 'phone';
    root.id = `${id}Pane`;
    this.#heading.id = `${id}Heading`;
    root.setAttribute('aria-labelledby', this.#heading.id);
    this.#log.setAttribute(
      'aria-label',
      isClient ? 'Messages, client’s phone' : 'Messages, business phone',
    );
    // Long chats are scrolled by keyboard, too.
    this.#log.tabIndex = 0;
    this.#listen(root);
    this.#followEnd();
  }

  /** What is newest stays in sight also when pictures get their size, and when the chat is shown again. */
  #followEnd() {
    const keep = () => this.#isAtEnd() && this.#goToEnd();
    for (const event of ['load', 'loadedmetadata']) this.#log.addEventListener(event, keep, true);
    new ResizeObserver(() => {
      if (this.#log.clientHeight === 0) this.#endedAt = 0;
      else keep();
    }).observe(this.#log);
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight < 80 || scrollTop >= this.#endedAt - 80;
  }

  #goToEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#endedAt = this.#log.scrollTop;
  }

  /** @param {HTMLElement} root */
  #listen(root) {
    const composer = part(root, '.composer', HTMLFormElement);
    composer.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        void this.#submit();
      }
      if (event.key === 'Escape') this.#setContext(null, null);
    });
    this.#text.addEventListener('input', () => this.#tellTyping());
    const buttons = root.querySelectorAll('button');
    for (const button of buttons) {
      const { kind, do: what } = button.dataset;
      if (kind !== undefined) {
        button.hidden = !this.#isClient && !OFFERED_ON_PHONE.includes(kind);
        button.addEventListener('click', () => void this.#send({ kind }));
      } else if (what === 'read') {
        button.addEventListener('click', () => void this.#doing('read', this.#as()));
      } else if (what === 'drop') {
        button.addEventListener('click', () => this.#setContext(null, null));
      }
    }
    this.#listenToFiles(root, 'picture', 'image');
    this.#listenToFiles(root, 'file', 'document');
  }

  /**
   * @param {HTMLElement} root
   * @param {string} what
   * @param {string} kind
   */
  #listenToFiles(root, what, kind) {
    const input = part(root, `[data-input=${kind}]`, HTMLInputElement);
    part(root, `[data-do=${what}]`, HTMLButtonElement).addEventListener('click', () =>
      input.click(),
    );
    input.addEventListener('change', () => void this.#sendChosen(input, kind));
  }

  /** Who acts. */
  #as() {
    return { as: this.#isClient ? 'client' : 'phone' };
  }

  #tellTyping() {
    const now = Date.now();
    if (!this.#isClient || now - this.#toldTypingAt < TYPING_MS) return;
    this.#toldTypingAt = now;
    void this.#doing('presence', { presence: 'composing' });
  }

  /**
   * @param {HTMLInputElement} input
   * @param {string} kind
   */
  async #sendChosen(input, kind) {
    const [file] = input.files ?? [];
    input.value = '';
    if (file === undefined) return;
    if (file.size > FILE_MAX) return this.#say('The emulator takes files up to 4 MB here.', true);
    const mime = file.type || 'application/octet-stream';
    const caption = this.#text.value.trim();
    await this.#send({
      kind,
      file: { name: file.name, mime, content_base64: await base64(file) },
      ...(caption !== '' && { caption }),
    });
  }

  /** @param {object} message */
  async #send(message) {
    const quote = this.#quoting === null ? {} : { quote: this.#quoting.id };
    if (await this.#doing('send', { ...message, ...quote, ...this.#as() })) {
      this.#setContext(null, null);
      this.#toldTypingAt = 0;
      this.#goToEnd();
    }
  }

  async #submit() {
    const text = this.#text.value.trim();
    if (text === '') return;
    const editing = this.#editing;
    if (editing === null) return await this.#send({ kind: 'text', text });
    const isDone = await this.#doing('edit', { message_id: editing.id, text, ...this.#as() });
    if (isDone) this.#setContext(null, null);
  }

  /**
   * @param {Seen | null} quoting
   * @param {Seen | null} editing
   */
  #setContext(quoting, editing) {
    this.#quoting = quoting;
    this.#editing = editing;
    const message = quoting ?? editing;
    this.#context.hidden = message === null;
    if (message === null) {
      this.#text.value = '';
      return;
    }
    const words = `${editing === null ? 'Answer to' : 'Edit'}: ${summaryOf(message)}`;
    part(this.#context, 'span', HTMLElement).textContent = words;
    if (editing !== null) this.#text.value = editing.text ?? '';
    this.#text.focus();
  }

  /** Another chat is shown: nothing of the former one stays. */
  clear() {
    for (const { element } of this.#shown.values()) element.remove();
    this.#shown.clear();
    this.#endedAt = 0;
    this.#setContext(null, null);
  }

  /** @param {View} view */
  render(view) {
    const { messages, presence, own_presence: ownPresence } = view.chat;
    this.#heading.textContent = view.title;
    this.#asWhom.textContent = view.asWhom;
    const shown = this.#isClient ? ownPresence : presence;
    this.#presence.textContent =
      shown === 'composing' ? 'typing…' : shown === 'recording' ? 'recording…' : '';
    this.#empty.hidden = messages.length > 0;
    const isAtEnd = this.#isAtEnd();
    for (const message of messages) this.#show(message, view);
    if (isAtEnd) this.#goToEnd();
  }

  /** @type {import('./message.js').Acts} */
  #acts = {
    quote: (message) => this.#setContext(message, null),
    edit: (message) => this.#setContext(null, message),
    react: (message, emoji) => {
      void this.#doing('react', { message_id: message.id, emoji, ...this.#as() });
    },
    remove: (message) => void this.#doing('delete', { message_id: message.id, ...this.#as() }),
    press: (message, extra, text) => {
      void this.#doing('send', { kind: 'text', text, extra, quote: message.id });
    },
  };

  /**
   * Only what changed is replaced, so that nothing else is read out again and the focus stays.
   *
   * @param {Seen} message
   * @param {View} view
   */
  #show(message, { chat, own }) {
    const json = JSON.stringify([message, own]);
    const known = this.#shown.get(message.id);
    if (known?.json === json) return;
    const sight = {
      own,
      isClient: this.#isClient,
      isOwn: (/** @type {Seen} */ one) =>
        this.#isClient ? one.author === own : one.source !== 'client',
      find: (/** @type {string} */ id) => chat.messages.find((one) => one.id === id),
    };
    const element = messageElement(message, sight, this.#acts);
    if (known === undefined) this.#log.append(element);
    else {
      element.classList.add('still');
      replaceKept(known.element, element);
    }
    this.#shown.set(message.id, { json, element });
  }
}
