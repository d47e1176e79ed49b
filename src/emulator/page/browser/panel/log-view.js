// @ts-check
/** The live log. */
import { h } from '../core/dom.js';
import { logEntries, onLog } from '../core/log.js';
import { action, choice, section } from './parts.js';

/** @typedef {import('../types.d.ts').LogEntry} LogEntry */

/** More lines would slow the page down; /__emulator/log has them all. */
const SHOWN = 300;

export function logSection() {
  const list = h('ol', { class: 'log', tabindex: '0', 'aria-label': 'Log of the widget' });
  let kind = 'everything';
  const fits = (/** @type {LogEntry} */ entry) =>
    kind === 'everything' ||
    entry.kind === kind ||
    (kind === 'warnings and errors' && ['warning', 'error'].includes(entry.kind));
  const draw = () => list.replaceChildren(...logEntries().filter(fits).slice(-SHOWN).map(line));
  onLog((entry) => {
    if (!fits(entry)) return;
    list.append(line(entry));
    if (list.childElementCount > SHOWN) list.firstElementChild?.remove();
    list.scrollTop = list.scrollHeight;
  });
  draw();
  const kinds = [
    'everything',
    'warnings and errors',
    'callback',
    'host',
    'request',
    'event',
    'console',
    'page',
  ];
  return section(
    'Log',
    [
      choice(
        'Show',
        kinds.map((value) => ({ value, label: value })),
        kind,
        (value) => {
          kind = value;
          draw();
        },
      ),
      list,
      action('Open the whole record', () => window.open('/__emulator/log', '_blank', 'noopener')),
    ],
    true,
  );
}

/** @param {LogEntry} entry */
function line(entry) {
  const time = new Date(entry.at).toISOString().slice(11, 23);
  const detail = entry.detail === undefined ? '' : JSON.stringify(entry.detail);
  return h('li', { class: `entry entry-${entry.kind}` }, [
    h('span', { class: 'time' }, time),
    h('span', { class: 'kind' }, entry.kind),
    h('span', { class: 'text' }, `${entry.name}: ${entry.message}`),
    detail && h('code', {}, detail.length > 400 ? `${detail.slice(0, 400)}…` : detail),
  ]);
}
