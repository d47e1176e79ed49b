// @ts-check
/** "Write first": a chat that begins in Kommo, with a phone number and the source to write from. */
import { h } from '../core/dom.js';
import { field, openDialog } from './dialog.js';
import { send } from './requests.js';

/**
 * @param {import('../../chats/views.ts').Inbox} inbox
 * @param {string} sender
 * @param {(chat: string) => void} choose
 */
export function openWriteFirst({ sources }, sender, choose) {
  const phone = h('input', { type: 'tel', required: true, autocomplete: 'off', class: 'input' });
  const text = h('textarea', { rows: 3, required: true, class: 'input' });
  const options = sources.map(({ name }, index) => h('option', { value: index }, name));
  const picker = h('select', { class: 'input' }, options);
  openDialog({
    title: 'Write first',
    action: 'Send',
    fields: [
      field('Phone', phone, 'With the country code, like +1 202 555 0101'),
      field('From', picker, 'The source whose number or bot writes'),
      field('First message', text),
    ],
    run: async () => {
      const digits = phone.value.replace(/[^\d+]/g, '');
      if (!/^\+?\d{5,15}$/.test(digits)) throw new Error('Give the number with its country code.');
      const source = sources[Number(picker.value)];
      if (source === undefined) throw new Error('No source is connected to write from.');
      const { id, channel } = source;
      choose(await send({ phone: digits, source: id, channel, sender, text: text.value.trim() }));
    },
  });
}
