// @ts-check
/** What hangs on a message before it is sent: quote, template, files. */
import { h } from '../core/dom.js';
import { KIND_NAMES } from './content.js';
import { sizeOf } from './format.js';

/** @typedef {import('../../chats/views.ts').MessageView} MessageView */
/** @typedef {import('../../chats/views.ts').TemplateRow} TemplateRow */

/**
 * @param {MessageView} message
 * @param {() => void} drop
 */
export function quoteLine({ author, text, kind }, drop) {
  return h('div', { class: 'chip chip_quote' }, [
    h('span', { class: 'chip__text' }, [
      h('strong', {}, author.name),
      ` ${text || KIND_NAMES[kind] || ''}`,
    ]),
    dropButton('Cancel quote', drop),
  ]);
}

/**
 * @param {TemplateRow} template
 * @param {() => void} drop
 */
export function templateChip({ name, buttons }, drop) {
  const more = buttons.length > 0 ? ` with ${buttons.map(({ text }) => text).join(', ')}` : '';
  return h('div', { class: 'chip' }, [
    h('span', { class: 'chip__text' }, `Template: ${name}${more}`),
    dropButton('Remove template', drop),
  ]);
}

/**
 * @param {File[]} files
 * @param {(file: File) => void} drop
 */
export function attachmentChips(files, drop) {
  return files.map((file) =>
    h('div', { class: 'chip' }, [
      h('span', { class: 'chip__text' }, [file.name, h('small', {}, ` ${sizeOf(file.size)}`)]),
      dropButton(`Remove ${file.name}`, () => drop(file)),
    ]),
  );
}

/**
 * @param {string} label
 * @param {() => void} drop
 */
function dropButton(label, drop) {
  const button = h('button', { type: 'button', class: 'chip__drop', 'aria-label': label }, '×');
  button.addEventListener('click', drop);
  return button;
}
