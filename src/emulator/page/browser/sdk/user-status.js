// @ts-check
/** `APP.sdk` (https://www.amocrm.ru/developers/content/web_sdk/js_sdk): who is online, and whether a call is under way. */
import { boot } from '../core/page.js';

/** Without it an update of Kommo's page would cut the call off. */
let isCalling = false;

/**
 * In the emulated account only the user of this page is online.
 * @param {unknown} [wanted] nothing for everybody, `online` for the ids of those who are, or one id
 * @returns {Record<string, { id: string, online: boolean }> | number[] | boolean}
 */
function showUserStatus(wanted) {
  const people = boot.people.map(({ id }) => ({ id, isOnline: id === boot.user.id }));
  if (wanted === 'online') return people.filter(({ isOnline }) => isOnline).map(({ id }) => id);
  if (typeof wanted === 'number' || typeof wanted === 'string')
    return people.some(({ id, isOnline }) => isOnline && String(id) === String(wanted));
  // A list is not documented; the same map, of these people only.
  const only = Array.isArray(wanted) ? wanted.map(String) : undefined;
  return Object.fromEntries(
    people
      .filter(
        ({ id, isOnline }) =>
          only === undefined || only.includes(String(id)) || (only.includes('online') && isOnline),
      )
      .map(({ id, isOnline }) => [String(id), { id: String(id), online: isOnline }]),
  );
}

export const appSdk = {
  showUserStatus,
  setCallingStatus(/** @type {boolean} */ value) {
    isCalling = Boolean(value);
  },
  getCallingStatus: () => isCalling,
};
