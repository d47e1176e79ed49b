// @ts-check
/**
 * The record of a running widget: every callback with its return value, host call, request, warning, console message and
 * error. Kept on the page for the control panel and sent to the emulator so that a script can judge a run
 * (GET /__emulator/log).
 */
import { createSender, serialise } from './log-sender.js';

/** @typedef {import('../types.d.ts').LogEntry} LogEntry */
/** @typedef {import('../types.d.ts').LogKind} LogKind */

/** @type {LogEntry[]} */
const entries = [];
/** @type {Set<(entry: LogEntry) => void>} */
const listeners = new Set();
/** Warnings are recorded once each. @type {Set<string>} */
const warned = new Set();
/** @type {Set<(unsent: number) => void>} */
const unsentListeners = new Set();
/** Kept before anyone wraps it, so that sending the log is not logged. */
const send = window.fetch.bind(window);
/** Names this page view to the emulator, which passes over what comes a second time. */
const PAGE = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
const LEFT_OVER = 'emulator-log';

/**
 * @param {string} page
 * @param {import('./log-sender.js').Batch} batch
 */
async function post(page, { first, body, isLeaving }) {
  const response = await send(`/__emulator/log?page=${page}&first=${first}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
    keepalive: isLeaving,
  });
  return response.status;
}

const sender = createSender({
  post: async (batch) => {
    await earlier;
    return post(PAGE, batch);
  },
  pause: (ms) => new Promise((resolve) => window.setTimeout(resolve, ms)),
  tell: (unsent) => {
    for (const listener of unsentListeners) listener(unsent);
  },
  late: (count, attempts) => {
    log('page', 'log', `${count} entries were sent late, after ${attempts} failed attempts`);
  },
});

/**
 * @param {LogKind} kind
 * @param {string} name
 * @param {string} message
 * @param {unknown} [detail]
 */
export function log(kind, name, message, detail) {
  sender.add(serialise(onTheWire(record(kind, name, message, detail))));
}

/**
 * Records on the page alone what the emulator notes by itself.
 * @param {LogKind} kind
 * @param {string} name
 * @param {string} message
 */
export function logHere(kind, name, message) {
  record(kind, name, message);
}

/**
 * @param {LogKind} kind
 * @param {string} name
 * @param {string} message
 * @param {unknown} [detail]
 * @returns {LogEntry}
 */
function record(kind, name, message, detail) {
  /** @type {LogEntry} */
  const entry = { at: Date.now(), kind, name, message };
  if (detail !== undefined) entry.detail = plain(detail);
  entries.push(entry);
  for (const listener of listeners) listener(entry);
  return entry;
}

/** Settles once the emulator has everything recorded before: false if it could not be given all of it. */
export function logSent() {
  return sender.sent();
}

/** @param {(unsent: number) => void} listener how many entries could not be sent; 0 when all have been */
export function onUnsent(listener) {
  unsentListeners.add(listener);
}

window.addEventListener('pagehide', () => {
  const left = sender.leave();
  if (!left) return;
  try {
    sessionStorage.setItem(LEFT_OVER, JSON.stringify({ page: PAGE, ...left }));
  } catch {
    // Too much for the browser's store: the last batch is under way all the same.
  }
});

/** What an earlier page of this tab could not send any more. */
async function sendLeftOver() {
  const text = sessionStorage.getItem(LEFT_OVER);
  if (text === null) return;
  sessionStorage.removeItem(LEFT_OVER);
  const { page, ...batch } = JSON.parse(text);
  await post(page, batch).catch(() => sessionStorage.setItem(LEFT_OVER, text));
}
/** Comes first, so that the record keeps its order. */
const earlier = sendLeftOver();

/**
 * Records what Kommo's moderation refuses or what would silently go wrong in a live account. Each message is recorded
 * once, so that a mistake on every key press does not flood the log.
 * @param {string} name
 * @param {string} message
 * @param {unknown} [detail]
 */
export function warn(name, message, detail) {
  const key = `${name}\n${message}`;
  if (warned.has(key)) return;
  warned.add(key);
  log('warning', name, message, detail);
}

/** @returns {readonly LogEntry[]} */
export function logEntries() {
  return entries;
}

/** @param {(entry: LogEntry) => void} listener */
export function onLog(listener) {
  listeners.add(listener);
}

/**
 * The emulator's log has one `detail` per entry.
 * @param {LogEntry} entry
 */
function onTheWire({ at, kind, name, message, detail }) {
  const isObject = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
  return {
    at,
    kind,
    name,
    detail: { message, ...(isObject ? detail : detail !== undefined && { value: detail }) },
  };
}

/**
 * A JSON copy of any value from a widget: DOM nodes, functions, cycles and errors become short texts.
 * @param {unknown} value
 * @param {number} [depth]
 * @returns {unknown}
 */
export function plain(value, depth = 0) {
  if (value === undefined) return 'undefined';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return shortened(value);
  if (typeof value === 'function') return `[function ${value.name || 'anonymous'}]`;
  if (typeof value !== 'object') return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Element) return `[element ${describeElement(value)}]`;
  if ('jquery' in value && 'length' in value) return `[jQuery of ${value.length}]`;
  if (typeof (/** @type {{then?: unknown}} */ (value).then) === 'function') return '[promise]';
  if (depth > 6) return '[…]';
  if (Array.isArray(value)) {
    const items = value.slice(0, MOST_PARTS).map((item) => plain(item, depth + 1));
    return value.length > MOST_PARTS ? [...items, `[${value.length - MOST_PARTS} more]`] : items;
  }
  /** @type {Record<string, unknown>} */
  const copy = {};
  const keys = Object.keys(value);
  for (const key of keys.slice(0, MOST_PARTS)) {
    copy[key] = plain(/** @type {Record<string, unknown>} */ (value)[key], depth + 1);
  }
  if (keys.length > MOST_PARTS) copy['…'] = `${keys.length - MOST_PARTS} more`;
  return copy;
}

/** Longest text, and most parts of a list or an object, that an entry holds of a value. */
const LONGEST_TEXT = 2000;
const MOST_PARTS = 100;

/** @param {string} text */
function shortened(text) {
  if (text.length <= LONGEST_TEXT) return text;
  return `${text.slice(0, LONGEST_TEXT)}… [${text.length} characters]`;
}

/** @param {Element} element */
function describeElement(element) {
  const id = element.id ? `#${element.id}` : '';
  const classes = [...element.classList].map((name) => `.${name}`).join('');
  return `${element.tagName.toLowerCase()}${id}${classes}`;
}

/** @param {unknown} error */
export function errorText(error) {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
