// @ts-check
/** What stands in the reply box of a chat but was not sent. */

/** @typedef {import('../../chats/views.ts').MessageView} MessageView */
/** @typedef {import('../../chats/views.ts').TemplateRow} TemplateRow */

/**
 * @typedef {object} Draft
 * @property {string} text
 * @property {File[]} files
 * @property {MessageView | null} quote
 * @property {TemplateRow | null} template
 * @property {string | null} buttons one per line, `text` or `text | address`; null: none are wanted
 */

/** @returns {Draft} */
export function emptyDraft() {
  return { text: '', files: [], quote: null, template: null, buttons: null };
}

/** @param {Draft} draft */
export function isEmpty({ text, files, template }) {
  return text.trim() === '' && files.length === 0 && template === null;
}

/**
 * @param {string} lines
 * @returns {{ text: string, url?: string }[]}
 */
export function readButtons(lines) {
  return lines
    .split('\n')
    .map((line) => line.split('|').map((part) => part.trim()))
    .filter(([text]) => text !== '')
    .map(([text = '', url]) => (url ? { text, url } : { text }));
}
