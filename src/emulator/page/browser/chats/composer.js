// @ts-check
/** The reply box: text, files, quote, template, buttons, and as whom. */
import { h, icon } from '../core/dom.js';
import { boot } from './boot.js';
import { attachmentChips, quoteLine, templateChip } from './composer-parts.js';
import { emptyDraft, isEmpty, sendDraft } from './draft.js';
import { openListDialog } from './list-dialog.js';
import { attachMenu } from './menu.js';
import { say, sayError } from './notice.js';
import { send } from './requests.js';
import { SendingMenu } from './sending-menu.js';
import { Typing } from './typing.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('../../chats/views.ts').TemplateRow} TemplateRow */

const CLIP =
  'M20 11.500l-8.500 8.500a5 5 0 0 1-7-7L13 4.500a3.300 3.300 0 0 1 4.700 4.700L9.500 17.500a1.700 1.700 0 0 1-2.400-2.400L14.500 7.500';
const SHEET = 'M6 3h12v18H6zM9 8h6M9 12h6M9 16h3';
const DOTS =
  'M4.5 12a.5.5 0 1 0 1 0 .5.5 0 0 0-1 0zM11.5 12a.5.5 0 1 0 1 0 .5.5 0 0 0-1 0zM18.5 12a.5.5 0 1 0 1 0 .5.5 0 0 0-1 0z';
const PLANE = 'M4 12 20 4l-5 16-4-6zM11 14l9-10';

export class Composer {
  element = h('form', { class: 'composer', 'aria-label': 'Reply' });
  #text = h('textarea', {
    class: 'composer__text',
    rows: 1,
    'aria-label': 'Message',
    placeholder: 'Write a message',
  });
  #picker = h('input', { type: 'file', multiple: true, hidden: true });
  #extras = h('div', { class: 'composer__extras' });
  #buttons = h('textarea', { class: 'input', rows: 3, id: 'composer-buttons' });
  #buttonField;
  #attach = tool('Attach a file', CLIP);
  #sender = new SendingMenu(boot.senders, String(boot.user.id));
  #submit = h('button', { type: 'submit', class: 'button button_main composer__send' }, [
    icon(PLANE, 18),
    h('span', {}, 'Send'),
  ]);
  #onSent;
  /** @type {string | null} */
  #chat = null;
  /** @type {Map<string, Draft>} */
  #drafts = new Map();
  /** @type {TemplateRow[]} */
  #templates = [];
  #typing = new Typing();
  /** One after the other, so that they arrive in their order. @type {Promise<void>} */
  #sending = Promise.resolve();

  /** @param {() => void} onSent */
  constructor(onSent) {
    this.#onSent = onSent;
    const without = h('button', { type: 'button', class: 'tool' }, 'No buttons');
    without.addEventListener('click', () => this.#change({ buttons: null }));
    this.#buttonField = h('div', { class: 'composer__buttons', hidden: true }, [
      h('label', { for: 'composer-buttons' }, 'Inline buttons, one per line: text, or text | link'),
      this.#buttons,
      without,
    ]);
    const templates = tool('Templates', SHEET);
    attachMenu(templates, 'Templates', () => this.#templateChoices());
    const more = tool('More', DOTS);
    attachMenu(more, 'More', () => this.#moreChoices());
    this.element.append(
      this.#extras,
      this.#buttonField,
      this.#text,
      h('div', { class: 'composer__bar' }, [
        this.#attach,
        this.#picker,
        templates,
        more,
        this.#sender.element,
        this.#submit,
      ]),
    );
    this.#listen();
  }

  /** As whom messages go out. */
  get sender() {
    return this.#sender.value;
  }

  focus() {
    this.#text.focus();
  }

  /**
   * @param {string | null} chat
   * @param {TemplateRow[]} templates
   */
  show(chat, templates) {
    this.#templates = templates;
    if (chat === this.#chat) return;
    this.#chat = chat;
    this.#typing.restart();
    this.#draw();
  }

  /** @param {import('../../chats/views.ts').MessageView} message */
  quote(message) {
    this.#change({ quote: message });
    this.focus();
  }

  get #draft() {
    const chat = this.#chat ?? '';
    const draft = this.#drafts.get(chat) ?? emptyDraft();
    this.#drafts.set(chat, draft);
    return draft;
  }

  /** @param {Partial<Draft>} change */
  #change(change) {
    Object.assign(this.#draft, change);
    this.#draw();
  }

  #listen() {
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submitDraft();
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submitDraft();
    });
    this.#text.addEventListener('input', () => {
      this.#draft.text = this.#text.value;
      this.#fit();
      if (this.#text.value !== '') this.#typing.tell(this.#chat, this.sender);
    });
    this.#text.addEventListener('paste', (event) => this.#add(event.clipboardData?.files));
    this.#buttons.addEventListener('input', () => {
      this.#draft.buttons = this.#buttons.value;
    });
    this.#attach.addEventListener('click', () => this.#picker.click());
    this.#picker.addEventListener('change', () => {
      this.#add(this.#picker.files);
      this.#picker.value = '';
    });
  }

  /** @param {FileList | null | undefined} files */
  #add(files) {
    const chosen = [...(files ?? [])];
    if (chosen.length === 0) return;
    const fitting = chosen.filter(({ size }) => size > 0 && size <= boot.maxFileBytes);
    if (fitting.length < chosen.length) {
      say(
        `A file may have up to ${boot.maxFileBytes / 1024 / 1024} MB, and must not be empty.`,
        'error',
      );
    }
    this.#change({ files: [...this.#draft.files, ...fitting] });
    this.focus();
  }

  #draw() {
    const { text, files, quote, template, buttons } = this.#draft;
    if (this.#text.value !== text) this.#text.value = text;
    this.#text.readOnly = template !== null;
    this.#buttonField.hidden = buttons === null;
    if (buttons !== null && this.#buttons.value !== buttons) this.#buttons.value = buttons;
    this.#extras.replaceChildren(
      ...[
        quote && quoteLine(quote, () => this.#drop({ quote: null })),
        template && templateChip(template, () => this.#drop({ template: null, text: '' })),
        ...attachmentChips(files, (file) =>
          this.#drop({ files: files.filter((one) => one !== file) }),
        ),
      ].filter((part) => part !== null),
    );
    this.#fit();
  }

  /** Takes something out; the button for it is gone, so the focus goes to the text. @param {Partial<Draft>} change */
  #drop(change) {
    this.#change(change);
    this.focus();
  }

  #fit() {
    this.#text.style.height = 'auto';
    this.#text.style.height = `${Math.min(this.#text.scrollHeight, 160)}px`;
  }

  #templateChoices() {
    if (this.#templates.length === 0) {
      return [{ label: 'The account has no templates', run: () => this.focus() }];
    }
    return this.#templates.map((template) => ({
      label: template.name,
      run: () => {
        this.#change({ template, text: template.content });
        this.focus();
      },
    }));
  }

  #moreChoices() {
    const buttons = this.#draft.buttons;
    return [
      {
        label: 'Inline buttons',
        isChecked: buttons !== null,
        run: () => {
          this.#change({ buttons: buttons === null ? '' : null });
          if (buttons === null) this.#buttons.focus();
        },
      },
      { label: 'List message…', run: () => openListDialog((list) => this.#sendList(list)) },
      {
        label: 'Tell that I am typing',
        isChecked: this.#typing.isTold,
        run: () => {
          this.#typing.isTold = !this.#typing.isTold;
        },
      },
    ];
  }

  /** @param {object} list */
  async #sendList(list) {
    await send({ chat: this.#chat, sender: this.sender, list });
    this.#onSent();
  }

  #submitDraft() {
    const chat = this.#chat;
    const draft = this.#draft;
    if (chat === null || isEmpty(draft)) return;
    const sender = this.sender;
    this.#drafts.set(chat, emptyDraft());
    this.#typing.restart();
    this.#draw();
    this.focus();
    this.#sending = this.#sending.then(() => this.#send(chat, sender, draft));
  }

  /**
   * @param {string} chat
   * @param {string} sender
   * @param {Draft} draft
   */
  async #send(chat, sender, draft) {
    this.element.setAttribute('aria-busy', 'true');
    try {
      await sendDraft({ chat, sender }, draft, this.#onSent);
    } catch (error) {
      sayError(error);
      // What could not be sent is not lost, unless something else was begun meanwhile.
      if (isEmpty(this.#drafts.get(chat) ?? emptyDraft())) this.#drafts.set(chat, draft);
      if (this.#chat === chat) this.#draw();
    } finally {
      this.element.removeAttribute('aria-busy');
    }
  }
}

/**
 * @param {string} label
 * @param {string} path
 */
function tool(label, path) {
  const attributes = { type: 'button', class: 'tool', 'aria-label': label, title: label };
  return h('button', attributes, icon(path));
}
