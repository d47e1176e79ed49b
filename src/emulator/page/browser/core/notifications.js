// @ts-check
/**
 * `APP.notifications`: the small messages in the corner of the page
 * (https://www.amocrm.ru/developers/content/notifications/adding_notifications).
 */
import { pagePost } from '../sdk/page-request.js';
import { rememberClosed, wasClosed } from './closed-errors.js';
import { log, warn } from './log.js';
import { drawNotification } from './notification-box.js';

/**
 * @typedef {object} Message
 * @property {string} [header]
 * @property {string | { header?: string, text?: string }} [text] HTML
 * @property {number | string} [date] Unix time
 * @property {string} [icon]
 * @property {string} [link] where a click on the message leads
 * @property {string} [type] `call` or `error`, of `show_notification`
 */

/**
 * @typedef {object} Handlers
 * @property {(answer: unknown) => void} [done] the account has stored the message
 * @property {(failed: unknown) => void} [fail]
 * @property {() => void} [always]
 */

/**
 * A message on this page only: the host's own, and those of `show_message` and `show_message_error`.
 * @param {Message} message
 * @param {boolean} [isError]
 */
export function showMessage(message, isError = false) {
  log(
    'host',
    isError ? 'show_message_error' : 'show_message',
    inOneLine(message.header, message.text),
  );
  drawNotification({
    header: message.header,
    text: asText(message.text),
    date: message.date,
    icon: isError ? undefined : message.icon,
    address: isError ? message.link : undefined,
    isError,
  });
}

/** `APP.notifications`. */
export const appNotifications = {
  show_message(/** @type {Message} */ message) {
    need('show_message', message, ['header', 'text']);
    showMessage(message);
  },
  show_message_error(/** @type {Message} */ message) {
    need('show_message_error', message, ['header', 'text']);
    showMessage(message, true);
  },
  show_notification: showNotification,
  add_error: addError,
  add_call: addCall,
};

/** @param {Message} message */
function showNotification(message) {
  const { header, text } =
    typeof message.text === 'object' && message.text !== null
      ? message.text
      : { header: undefined, text: message.text };
  log('host', 'show_notification', inOneLine(header, text), { type: message.type });
  need('show_notification', { header, text }, ['header', 'text']);
  if (message.type !== 'call' && message.type !== 'error')
    warn('show_notification', 'show_notification: type must be call or error');
  drawNotification({
    header,
    text: asText(text),
    date: message.date,
    isError: message.type === 'error',
  });
}

/**
 * `add_error`: the account stores the message and sends it on; one that the user closed is not shown again.
 * @param {Message} message
 * @param {Handlers} [handlers]
 */
function addError(message, handlers = {}) {
  log('host', 'add_error', inOneLine(message.header, message.text));
  need('add_error', message, ['text']);
  const what = { header: message.header ?? '', text: asText(message.text) };
  if (wasClosed(what))
    log('page', 'notifications', 'not shown: the user has closed this error', what);
  const box = wasClosed(what)
    ? undefined
    : drawNotification({
        ...what,
        date: message.date,
        address: message.link,
        isError: true,
        onClose: () => rememberClosed(what),
      });
  void store('error', message, box, handlers);
}

/**
 * @typedef {object} Call
 * @property {string} [text] HTML
 * @property {string} [header]
 * @property {string} [from]
 * @property {string} [to]
 * @property {number} [duration] seconds
 * @property {string} [link] the recording
 * @property {string} [click_link] where a click leads
 * @property {{ id?: number | string, type?: string, name?: string }} [element] the entity to which a click leads
 * @property {number | string} [date] Unix time
 */

/**
 * `add_call`: an incoming or finished call, stored and sent on.
 * @param {Call} call
 * @param {Handlers} [handlers]
 */
function addCall(call, handlers = {}) {
  log('host', 'add_call', 'a call', call);
  need('add_call', call, ['text']);
  const people = [call.from, call.to].filter(Boolean).join(' → ');
  const box = drawNotification({
    header: call.header || people,
    text: asText(call.text),
    details: call.header ? people : '',
    duration: call.duration,
    recording: call.link,
    address: call.click_link || entityAddress(call.element),
    date: call.date,
    isError: false,
  });
  void store('call', call, box, handlers);
}

/** @type {Record<string, string>} */
const PAGES = { contact: 'contacts', lead: 'leads', company: 'companies', customer: 'customers' };

/** @param {Call['element']} element */
function entityAddress(element) {
  const page = PAGES[element?.type ?? ''];
  return page && Number(element?.id) > 0 ? `/${page}/detail/${element?.id}` : undefined;
}

/**
 * @param {'error' | 'call'} kind
 * @param {object} message
 * @param {HTMLElement | undefined} box
 * @param {Handlers} handlers
 */
async function store(kind, message, box, handlers) {
  try {
    const answer = await pagePost('/ajax/emulator/notifications', { kind, message });
    if (box) box.dataset.id = String(answer.id);
    handlers.done?.(answer);
  } catch (failed) {
    handlers.fail?.(failed);
  } finally {
    handlers.always?.();
  }
}

/**
 * @param {string} method
 * @param {object} message
 * @param {string[]} names
 */
function need(method, message, names) {
  const given = /** @type {Record<string, unknown>} */ (message);
  const missing = names.filter((name) => given[name] === undefined || given[name] === '');
  if (missing.length > 0) warn(method, `${method} needs ${missing.join(' and ')}`);
}

/** @param {unknown} value */
function asText(value) {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** @param {unknown[]} parts */
function inOneLine(...parts) {
  return parts.map(asText).join(' ').trim();
}
