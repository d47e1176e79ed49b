// @ts-check
/** A list message: Kommo's Salesbot sends them, and the client chooses one row. */
import { h } from '../core/dom.js';
import { field, openDialog } from './dialog.js';

/** @typedef {{ title: string, rows: { title: string, description: string }[] }} Section */

/** @param {(list: object) => Promise<void>} send */
export function openListDialog(send) {
  const input = (/** @type {number} */ max, /** @type {boolean} */ required) =>
    h('input', { type: 'text', class: 'input', maxlength: max, required });
  const header = input(60, false);
  const body = h('textarea', { rows: 2, class: 'input', maxlength: 1024, required: true });
  const footer = input(60, false);
  const button = input(20, true);
  const rows = h('textarea', { rows: 5, class: 'input', required: true });
  openDialog({
    title: 'List message',
    action: 'Send list',
    fields: [
      field('Header', header),
      field('Body', body),
      field('Footer', footer),
      field('Button text', button),
      field('Rows', rows, 'One per line: title | description. "# Name" begins a section.'),
    ],
    run: () =>
      send({
        header: header.value.trim(),
        body: body.value.trim(),
        footer: footer.value.trim(),
        button: button.value.trim(),
        sections: readSections(rows.value),
      }),
  });
}

/** @param {string} text @returns {Section[]} */
function readSections(text) {
  /** @type {Section[]} */
  const sections = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') continue;
    if (line.startsWith('#')) {
      sections.push({ title: line.slice(1).trim(), rows: [] });
      continue;
    }
    const [title = '', description = ''] = line.split('|').map((part) => part.trim());
    const section = sections.at(-1) ?? { title: '', rows: [] };
    if (sections.length === 0) sections.push(section);
    section.rows.push({ title, description });
  }
  return sections.filter(({ rows }) => rows.length > 0);
}
