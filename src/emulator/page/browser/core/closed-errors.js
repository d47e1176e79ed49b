// @ts-check
/**
 * An error of `add_error` that the user has closed is not shown again; a cookie remembers it
 * (https://www.amocrm.ru/developers/content/web_sdk/js_sdk). The cookie's name is our own.
 */

const PREFIX = 'emulator_closed_error_';

/** @typedef {{ header: string, text: string }} ShownError */

/** @param {ShownError} error */
export function wasClosed(error) {
  return document.cookie.split('; ').includes(`${cookieName(error)}=1`);
}

/** @param {ShownError} error */
export function rememberClosed(error) {
  // biome-ignore lint/suspicious/noDocumentCookie: the documented behaviour is a cookie, and the newer interface is asynchronous
  document.cookie = `${cookieName(error)}=1; path=/; SameSite=Lax`;
}

/** @param {ShownError} error */
function cookieName({ header, text }) {
  let hash = 0;
  for (const char of `${header}\n${text}`) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return `${PREFIX}${hash.toString(36)}`;
}
