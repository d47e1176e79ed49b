// @ts-check
/** What stands in the reply box of a chat but was not sent. */
import { send, upload } from './requests.js';

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
function readButtons(lines) {
  return lines
    .split('\n')
    .map((line) => line.split('|').map((part) => part.trim()))
    .filter(([text]) => text !== '')
    .map(([text = '', url]) => (url ? { text, url } : { text }));
}

/**
 * @param {{ chat: string, sender: string }} where
 * @param {Draft} draft
 * @param {() => void} uploaded called when its files are there, before the backend is asked
 */
export async function sendDraft(where, { files, text, quote, template, buttons }, uploaded) {
  const ids = [];
  for (const file of files) ids.push(await upload(file));
  uploaded();
  await send({
    ...where,
    files: ids,
    text: text.trim(),
    quote: quote?.id,
    template: template?.id,
    buttons: readButtons(buttons ?? ''),
  });
}
