// @ts-check
/** One line of news for the person, read out by screen readers. */
import { h } from '../core/dom.js';

const line = h('div', { class: 'notice', role: 'status' });
let timer = 0;

export function noticeLine() {
  return line;
}

/**
 * @param {string} text
 * @param {'plain' | 'error'} [kind] an error stays until it is closed
 */
export function say(text, kind = 'plain') {
  clearTimeout(timer);
  line.dataset.kind = kind;
  const close = h('button', { type: 'button', class: 'notice__close' }, 'Close');
  close.addEventListener('click', () => line.replaceChildren());
  line.replaceChildren(h('span', {}, text), close);
  if (kind === 'plain') timer = window.setTimeout(() => line.replaceChildren(), 4000);
}

/** Shows why a request failed. @param {unknown} error */
export function sayError(error) {
  say(error instanceof Error ? error.message : String(error), 'error');
}
