// @ts-check
import { h } from './dom.js';
import { log } from './log.js';

/**
 * A fault of the widget that keeps it from running as intended. Shown on the page, so that a developer sees which file
 * and why, while the rest of the page works.
 * @param {string} file
 * @param {string} message
 */
export function showProblem(file, message) {
  log('error', 'widget', `${file}: ${message}`, { file });
  addProblem('error', file, message);
}

/**
 * Lists what the emulator found in the widget's archive before it ran.
 * @param {readonly import('../types.d.ts').Problem[]} problems
 */
export function showArchiveProblems(problems) {
  for (const { severity, file, line, place, message } of problems) {
    const where = `${file}${line === undefined ? '' : `:${line}`}${place ? ` ${place}` : ''}`;
    log(severity, 'archive', `${where}: ${message}`);
    if (severity === 'error') addProblem(severity, where, message);
  }
}

/**
 * @param {'error' | 'warning'} severity
 * @param {string} file
 * @param {string} message
 */
function addProblem(severity, file, message) {
  const list = box().querySelector('ul');
  list?.append(
    h('li', { class: `emulator-problems__item emulator-problems__item_${severity}` }, [
      h('code', {}, file),
      ` ${message}`,
    ]),
  );
}

function box() {
  const existing = document.querySelector('.emulator-problems');
  if (existing) return existing;
  const section = h(
    'section',
    { class: 'emulator-problems', role: 'alert', 'aria-label': 'Faults of the widget' },
    [
      h('strong', { class: 'emulator-problems__title' }, 'The widget has faults'),
      h('ul', { class: 'emulator-problems__list' }),
    ],
  );
  document.body.append(section);
  return section;
}
