// @ts-check
import { boot, switchValue } from '../core/page.js';

/** @typedef {import('../types.d.ts').Texts} Texts */

/**
 * The language file the widget gets. No source says what Kommo does for a profile language outside `widget.locale`; the
 * switch `languageFallback` chooses.
 * @returns {{ language: string, texts: Texts }}
 */
export function chooseTexts() {
  const widget = boot.widget;
  if (!widget) return { language: boot.language, texts: {} };
  const locales = widget.manifest?.widget?.locale ?? Object.keys(widget.texts);
  const own = widget.texts[boot.language];
  if (own && locales.includes(boot.language)) return { language: boot.language, texts: own };
  const fallback = switchValue('languageFallback');
  if (fallback === 'empty') return { language: boot.language, texts: {} };
  const order = fallback === 'first locale' ? locales : ['en', ...locales];
  const language = order.find((name) => locales.includes(name) && widget.texts[name]) ?? 'en';
  return { language, texts: widget.texts[language] ?? {} };
}

/**
 * Follows a dotted path. `false` if there is nothing, as `self.i18n` returns.
 * @param {Texts} texts
 * @param {string} path
 * @returns {string | Texts | false}
 */
export function lookUp(texts, path) {
  // A key may be a sentence with dots in it.
  if (Object.hasOwn(texts, path)) return texts[path] ?? false;
  /** @type {string | Texts | undefined} */
  let value = texts;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return false;
    value = value[part];
  }
  return value ?? false;
}

/**
 * A manifest text: by its i18n key, or the value itself if there is no such key.
 * @param {Texts} texts
 * @param {string | undefined} key
 */
export function manifestText(texts, key) {
  if (!key) return '';
  const value = lookUp(texts, key);
  return typeof value === 'string' ? value : key;
}

/**
 * Replaces Kommo's short tags in a description.
 * @param {string} html
 */
export function fillTags(html) {
  /** @type {Record<string, string>} */
  const tags = {
    HOST: boot.account.domain,
    SUBDOMAIN: boot.account.subdomain,
    LOGIN: boot.user.login,
    ACCOUNT_ID: String(boot.account.id),
    USER_ID: String(boot.user.id),
    TOP_LEVEL_DOMAIN: boot.account.domain.split('.').slice(-1)[0] ?? 'com',
  };
  return html.replace(/#([A-Z_]+)#/g, (whole, name) => tags[name] ?? whole);
}
