// @ts-check
/** The stream of what changes: the list always, the chosen chat's feed beside it. */
import { setClock } from './format.js';

/** @typedef {import('../../chats/views.ts').Inbox} Inbox */
/** @typedef {import('../../chats/views.ts').Feed} Feed */

/**
 * @typedef {object} Listener
 * @property {(inbox: Inbox) => void} inbox
 * @property {(feed: Feed | null) => void} feed null if there is no such chat
 * @property {(isOpen: boolean) => void} connection
 */

/** @type {EventSource | undefined} */
let source;

/**
 * Follows one chat instead of another. A lost connection is made again by the browser, and begins with everything.
 * @param {string | null} chat
 * @param {number} limit how many of its newest messages
 * @param {Listener} listener
 */
export function follow(chat, limit, listener) {
  source?.close();
  const query = new URLSearchParams({ limit: String(limit), ...(chat !== null && { chat }) });
  const opened = new EventSource(`/__emulator/chats/live?${query}`);
  source = opened;
  opened.addEventListener('inbox', ({ data }) => listener.inbox(read(data)));
  opened.addEventListener('feed', ({ data }) => listener.feed(read(data)));
  opened.addEventListener('open', () => listener.connection(true));
  opened.addEventListener('error', () => listener.connection(false));
}

/** @param {string} data */
function read(data) {
  const { now, value } = JSON.parse(data);
  setClock(now);
  return value;
}

// A closing page must not hold its connection while the next one loads.
window.addEventListener('pagehide', () => source?.close());
