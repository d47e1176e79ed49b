// @ts-check
import { boot } from './page.js';

/**
 * The page's own words in the profile's language (English where a language lacks one).
 * @param {string} key
 * @returns {string}
 */
export function text(key) {
  return boot.texts[key] ?? key;
}
