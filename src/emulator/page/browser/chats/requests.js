// @ts-check
/** What a person does here, as requests of the page. The emulator answers each with what became of it. */
import { say } from './notice.js';

const BASE = '/__emulator/chats';
const HEADERS = { 'x-requested-with': 'XMLHttpRequest' };

/**
 * @param {string} path
 * @param {BodyInit} body
 * @param {string} type
 * @returns {Promise<Record<string, unknown>>} rejected with a sentence for the person
 */
async function post(path, body, type) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { ...HEADERS, 'content-type': type },
    body,
  }).catch(() => undefined);
  if (answer === undefined) throw new Error('The emulator does not answer.');
  const value = await answer.json().catch(() => ({}));
  if (answer.ok) return value;
  throw new Error(String(value.error ?? value.detail ?? `The emulator answered ${answer.status}.`));
}

/**
 * @param {string} path
 * @param {object} body
 */
export function ask(path, body) {
  return post(BASE + path, JSON.stringify(body), 'application/json');
}

/**
 * Puts a file where the integration can fetch it, as Kommo does before it sends a message.
 * @param {File} file
 * @returns {Promise<string>} its id
 */
export async function upload(file) {
  const name = encodeURIComponent(file.name);
  const { id } = await post(
    `/__emulator/files?name=${name}`,
    file,
    file.type || 'application/octet-stream',
  );
  return String(id);
}

/**
 * Sends and says so when the integration's backend did not take it: Kommo sends once, so it is lost.
 * @param {object} body
 * @returns {Promise<string>} the chat's id
 */
export async function send(body) {
  const { statuses, chat } = await ask('/send', body);
  const refused = /** @type {(number | null)[]} */ (statuses).filter(
    (one) => one !== 200 && one !== null,
  );
  if (refused.length > 0) {
    const [status] = refused;
    say(
      status === 0
        ? 'The backend did not answer in 5 seconds: Kommo does not send it again.'
        : `The backend answered ${status}: Kommo does not send it again.`,
      'error',
    );
  }
  return String(chat);
}
