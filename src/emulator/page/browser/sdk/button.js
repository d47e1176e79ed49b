// @ts-check
import { escapeHtml, h } from '../core/dom.js';

/**
 * Kommo's button, as `button.twig` draws it.
 * @param {string} className
 * @param {string} label
 * @param {Record<string, string | number | boolean | undefined>} attributes
 */
export function kommoButton(className, label, attributes = {}) {
  const button = h('button', { type: 'button', class: `button-input ${className}`, ...attributes });
  button.innerHTML = `<span class="button-input-inner"><span class="button-input-inner__text">${escapeHtml(label)}</span></span>`;
  return button;
}
