// @ts-check
/** Building blocks of the panel's sections. */
import { h } from '../core/dom.js';

/**
 * A collapsible part of the panel.
 * @param {string} title
 * @param {import('../core/dom.js').Child[]} children
 * @param {boolean} [isOpen]
 */
export function section(title, children, isOpen = false) {
  return h('details', { class: 'section', open: isOpen }, [
    h('summary', {}, title),
    h('div', { class: 'body' }, children),
  ]);
}

let fields = 0;

/**
 * A labelled choice.
 * @param {string} label
 * @param {{ value: string, label: string }[]} options
 * @param {string} chosen
 * @param {(value: string) => void} choose
 * @param {string} [why] a sentence under it
 */
export function choice(label, options, chosen, choose, why) {
  const id = `field-${++fields}`;
  const select = h(
    'select',
    { id, 'aria-describedby': why ? `${id}-why` : undefined },
    options.map((option) =>
      h('option', { value: option.value, selected: option.value === chosen }, option.label),
    ),
  );
  select.addEventListener('change', () => choose(select.value));
  return h('div', { class: 'field' }, [
    h('label', { for: id }, label),
    select,
    why && h('small', { id: `${id}-why` }, why),
  ]);
}

/**
 * @param {string} label
 * @param {() => unknown} act
 */
export function action(label, act) {
  const button = h('button', { type: 'button', class: 'action' }, label);
  button.addEventListener('click', () => void act());
  return button;
}

/**
 * One request to the emulator's own control API.
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path below /__emulator/
 * @param {unknown} [body]
 * @returns {Promise<Record<string, unknown>>}
 */
export async function control(method, path, body) {
  const response = await fetch(`/__emulator/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `The emulator answered ${response.status}`);
  return answer;
}
