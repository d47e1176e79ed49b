// @ts-check
import { $ } from '../core/page.js';

/**
 * A request from the emulated page itself, as its logged-in user.
 * @param {string} url
 * @param {object} [body]
 * @param {'POST' | 'DELETE'} [method]
 * @returns {Promise<Record<string, unknown>>} rejected with the status as text
 */
export async function pagePost(url, body = {}, method = 'POST') {
  try {
    return await $.ajax({
      url,
      type: method,
      contentType: 'application/json',
      data: JSON.stringify(body),
      dataType: 'json',
    });
  } catch (failed) {
    throw new Error(String(/** @type {{ status?: number }} */ (failed).status));
  }
}
