// @ts-check
/** Faults of the widget and of its record, in a box in the corner that can be folded and closed. */
import { h } from './dom.js';
import { log, onUnsent } from './log.js';

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
  for (const problem of problems) {
    log(
      problem.severity === 'error' ? 'error' : 'warning',
      'archive',
      `${problem.file}: ${problem.message}`,
    );
    if (problem.severity === 'error') addProblem(problem.severity, problem.file, problem.message);
  }
}

/** Says when the emulator does not get the record: who judges a run by it would read a clean one. */
export function watchRecord() {
  const note = h('p', { class: 'emulator-unsent hidden', role: 'status' });
  document.body.append(note);
  onUnsent((unsent) => {
    note.classList.toggle('hidden', unsent === 0);
    note.textContent =
      unsent === 0 ? '' : `The log of this page could not be sent: ${unsent} entries.`;
  });
}

/**
 * @param {'error' | 'warning'} severity
 * @param {string} file
 * @param {string} message
 */
function addProblem(severity, file, message) {
  const { list, title } = box();
  list.append(
    h('li', { class: `emulator-problems__item emulator-problems__item_${severity}` }, [
      h('code', {}, file),
      ` ${message}`,
    ]),
  );
  title.textContent = `The widget has faults (${list.childElementCount})`;
}

/** @type {{ section: HTMLElement, list: HTMLElement, title: HTMLElement } | undefined} */
let shown;

/** A box that was closed comes back with the next fault. */
function box() {
  if (shown?.section.isConnected) return shown;
  const list = h('ul', { class: 'emulator-problems__list', id: 'emulator_problems' });
  const title = h('strong', { class: 'emulator-problems__title' });
  const fold = h(
    'button',
    {
      type: 'button',
      class: 'emulator-problems__button',
      'aria-expanded': 'true',
      'aria-controls': list.id,
    },
    'Fold',
  );
  const close = h('button', { type: 'button', class: 'emulator-problems__button' }, 'Dismiss');
  const section = h(
    'section',
    { class: 'emulator-problems', role: 'alert', 'aria-label': 'Faults of the widget' },
    [h('div', { class: 'emulator-problems__head' }, [title, fold, close]), list],
  );
  fold.addEventListener('click', () => {
    const isFolded = list.classList.toggle('hidden');
    fold.setAttribute('aria-expanded', String(!isFolded));
    fold.textContent = isFolded ? 'Show' : 'Fold';
  });
  close.addEventListener('click', () => section.remove());
  section.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    // Otherwise the modal behind it would close as well.
    event.preventDefault();
    section.remove();
  });
  document.body.append(section);
  // Modals end above it: a fault must not hide what it is about.
  new ResizeObserver(() => {
    const height = section.isConnected ? section.offsetHeight : 0;
    document.documentElement.style.setProperty('--emulator-problems', `${height}px`);
  }).observe(section);
  shown = { section, list, title };
  return shown;
}
