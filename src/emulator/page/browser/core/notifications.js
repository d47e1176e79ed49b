// @ts-check
/** `APP.notifications`: the small messages in the corner of the page. */
import { h, icon } from './dom.js';
import { log } from './log.js';
import { text } from './texts.js';

const SHOWN_MS = 7000;

/**
 * @typedef {object} Message
 * @property {string} [header]
 * @property {string | { header?: string, text?: string }} [text]
 * @property {number | string} [date]
 * @property {string} [icon]
 * @property {string} [link]
 * @property {string} [type]
 */

/**
 * @param {Message} message
 * @param {boolean} [isError]
 */
export function showMessage(message, isError = false) {
  log(
    'host',
    isError ? 'show_message_error' : 'show_message',
    `${message.header ?? ''} ${message.text ?? ''}`.trim(),
  );
  draw(
    message.header ?? '',
    typeof message.text === 'string' ? message.text : '',
    isError,
    message.link,
  );
}

/** @param {Message} message */
export function showNotification(message) {
  const { header = '', text: body = '' } =
    typeof message.text === 'object' ? message.text : { text: message.text };
  log('host', 'show_notification', `${header} ${body}`.trim(), { type: message.type });
  draw(header, body, message.type === 'error');
}

/**
 * @param {Message} message
 * @param {{ done?: () => void, fail?: () => void, always?: () => void }} [handlers]
 */
export function addError(message, handlers = {}) {
  showMessage(message, true);
  handlers.done?.();
  handlers.always?.();
}

/** @param {Record<string, unknown>} call */
export function addCall(call) {
  log('host', 'add_call', 'incoming call', call);
  draw(String(call.from ?? ''), String(call.to ?? ''), false);
}

/**
 * @param {string} header
 * @param {string} body
 * @param {boolean} isError
 * @param {string} [link]
 */
function draw(header, body, isError, link) {
  const close = h('button', {
    type: 'button',
    class: 'notification__close',
    'aria-label': text('close'),
  });
  close.append(icon('M6 6l12 12M18 6L6 18', 16));
  const box = h(
    'div',
    { class: `notification__item${isError ? ' notification__item_error' : ''}` },
    [
      h('div', { class: 'notification__content' }, [
        header && h('strong', { class: 'notification__header' }, header),
        body && h('p', { class: 'notification__text' }, body),
        link && h('a', { class: 'notification__link', href: link }, link),
      ]),
      close,
    ],
  );
  close.addEventListener('click', () => box.remove());
  holder().append(box);
  window.setTimeout(() => box.remove(), SHOWN_MS);
}

function holder() {
  const existing = document.querySelector('#notifications_holder');
  if (existing) return existing;
  const created = h('div', { id: 'notifications_holder', class: 'notifications', role: 'status' });
  document.body.append(created);
  return created;
}
