// @ts-check
/**
 * The record of a running widget: every callback with its return value, host call, request, warning, console message and
 * error. Kept on the page for the control panel and sent to the emulator so that a script can judge a run
 * (GET /__emulator/log).
 */
/** @typedef {import('../types.d.ts').LogEntry} LogEntry */
/** @typedef {import('../types.d.ts').LogKind} LogKind */

/** @type {LogEntry[]} */
const entries = [];
/** @type {Set<(entry: LogEntry) => void>} */
const listeners = new Set();
/** @type {LogEntry[]} */
let unsent = [];
/**
 * The batch being sent and those waiting: one at a time, so that the record keeps its order.
 * @type {Promise<unknown>}
 */
let sending = Promise.resolve();
/** Kept before anyone wraps it, so that sending the log is not logged. */
const send = window.fetch.bind(window);

/**
 * @param {LogKind} kind
 * @param {string} name
 * @param {string} message
 * @param {unknown} [detail]
 */
export function log(kind, name, message, detail) {
  /** @type {LogEntry} */
  const entry = { at: Date.now(), kind, name, message };
  if (detail !== undefined) entry.detail = plain(detail);
  entries.push(entry);
  for (const listener of listeners) listener(entry);
  unsent.push(entry);
  if (unsent.length === 1) sending = sending.then(flush);
}

/** Settles once the emulator has everything recorded before. */
export function logSent() {
  return sending;
}

// Leaving the page does not wait for the batch being sent.
window.addEventListener('pagehide', () => void flush());

/**
 * Records what Kommo's moderation refuses or what would silently go wrong in a live account. Each message is recorded
 * once, so that a mistake on every key press does not flood the log.
 * @param {string} name
 * @param {string} message
 * @param {unknown} [detail]
 */
export function warn(name, message, detail) {
  if (entries.some((e) => e.kind === 'warning' && e.name === name && e.message === message)) return;
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

/** @returns {Promise<unknown>} */
function flush() {
  const batch = unsent;
  unsent = [];
  if (batch.length === 0) return Promise.resolve();
  return send('/__emulator/log', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(batch.map(onTheWire)),
    keepalive: true,
  }).catch(() => {
    // The emulator has gone; the panel still shows the entries.
  });
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
  if (typeof value === 'string') return value.length > 2000 ? `${value.slice(0, 2000)}…` : value;
  if (typeof value === 'function') return `[function ${value.name || 'anonymous'}]`;
  if (typeof value !== 'object') return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Element) return `[element ${describeElement(value)}]`;
  if ('jquery' in value && 'length' in value) return `[jQuery of ${value.length}]`;
  if (typeof (/** @type {{then?: unknown}} */ (value).then) === 'function') return '[promise]';
  if (depth > 6) return '[…]';
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => plain(item, depth + 1));
  /** @type {Record<string, unknown>} */
  const copy = {};
  for (const key of Object.keys(value).slice(0, 100)) {
    copy[key] = plain(/** @type {Record<string, unknown>} */ (value)[key], depth + 1);
  }
  return copy;
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
