// @ts-check
/** Texts of strangers as nodes: never markup, and a link only where it leads to the web. */
import { h } from '../core/dom.js';

const LINK = /\bhttps?:\/\/[^\s<>"']+/gi;
/** What ends a sentence is not a part of the address before it. */
const TAIL = /[.,;:!?)\]}]+$/;

/**
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
export function linked(text) {
  /** @type {(string | HTMLElement)[]} */
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TAIL, '');
    if (!isSafeAddress(address)) continue;
    parts.push(text.slice(end, match.index), outsideLink(address, address));
    end = match.index + address.length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== '');
}

/** @param {unknown} address */
export function isSafeAddress(address) {
  if (typeof address !== 'string' || !URL.canParse(address)) return false;
  return /^https?:$/.test(new URL(address).protocol);
}

/**
 * @param {string} address checked by `isSafeAddress`
 * @param {string} text
 */
export function outsideLink(address, text) {
  return h('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, text);
}
