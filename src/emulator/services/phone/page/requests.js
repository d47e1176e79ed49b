import { ask } from '../../page-parts/requests.js';

/**
 * What the emulator is asked for.
 *
 * @typedef {{id: string, name: string | null, mime: string, size: number, sha256: string, url: string}} SeenFile
 * @typedef {{latitude: number, longitude: number, name: string | null, address: string | null}} Place
 * @typedef {{name: string, phone: string}} Card
 * @typedef {{
 *   id: string, author: string, name: string, source: 'client' | 'app' | 'api', kind: string, at: number,
 *   text: string | null, file: SeenFile | null, location: Place | null, contacts: Card[], extra: Record<string, any>,
 *   quote: string | null, reactions: {by: string, emoji: string}[], earlier: string[], edited_at: number | null,
 *   revoked_at: number | null, ack: number, is_seen: boolean, is_forwarded: boolean, is_view_once: boolean,
 * }} Seen
 * @typedef {{chat: string, type: string, name: string, presence: string | null, own_presence: string | null, messages: Seen[]}} Chat
 * @typedef {{phone: string, name: string, addressing: string, is_offline: boolean, is_blocking: boolean}} Person
 * @typedef {{id: string, name: string, members: string[]}} Group
 * @typedef {{service: string, name: string, phase: string, phone: {number: string, name: string} | null}} Session
 */

const PATH = '/__services/phone';

/** @returns {Promise<Session[]>} */
export async function getSessions() {
  return await ask(`${PATH}/sessions`);
}

/** @returns {Promise<{clients: Person[], groups: Group[], absent: string[]}>} */
export async function getPeople() {
  return await ask(`${PATH}/people`);
}

/**
 * @param {{line: string, client: string, chat?: string}} scene
 * @returns {Promise<Chat>}
 */
export async function getChat(scene) {
  return await ask(`${PATH}/chat?${new URLSearchParams(scene)}`);
}

/**
 * @param {string} act
 * @param {object} given
 * @returns {Promise<any>}
 */
export async function post(act, given) {
  return await ask(`${PATH}/act`, { act, ...given });
}

/** Calls back at every change of the network, and once the connection stands. @param {() => void} changed */
export function listen(changed) {
  const stream = new EventSource('/__emulator/services/whatsapp/changes');
  stream.addEventListener('open', changed);
  stream.addEventListener('message', changed);
}

/** The page's own list of devices, as the server makes it. @returns {Promise<Element | null>} */
export async function getSessionList() {
  const html = await (await fetch(PATH)).text();
  return new DOMParser().parseFromString(html, 'text/html').getElementById('sessions');
}
