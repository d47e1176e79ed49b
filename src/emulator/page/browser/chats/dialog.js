// @ts-check
/** A modal dialog with a form in it; the browser keeps the focus inside and gives it back. */
import { h } from '../core/dom.js';
import { sayError } from './notice.js';

/**
 * @param {object} options
 * @param {string} options.title
 * @param {import('../core/dom.js').Child[]} options.fields
 * @param {string} options.action name of the button that does it
 * @param {() => Promise<void> | void} options.run a rejection keeps the dialog open and is shown in it
 */
export function openDialog({ title, fields, action, run }) {
  const fault = h('p', { class: 'dialog__fault', role: 'alert' });
  const cancel = h('button', { type: 'button', class: 'button' }, 'Cancel');
  const accept = h('button', { type: 'submit', class: 'button button_main' }, action);
  const form = h('form', { class: 'dialog__form' }, [
    h('h2', { id: 'dialog-title' }, title),
    ...fields,
    fault,
    h('div', { class: 'dialog__actions' }, [cancel, accept]),
  ]);
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title' }, form);
  cancel.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    accept.disabled = true;
    fault.textContent = '';
    try {
      await run();
      dialog.close();
    } catch (error) {
      fault.textContent = error instanceof Error ? error.message : String(error);
      if (!dialog.isConnected) sayError(error);
    } finally {
      accept.disabled = false;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * @template {HTMLElement} Control
 * @param {string} label
 * @param {Control} control
 * @param {string} [hint]
 */
export function field(label, control, hint) {
  const id = `field-${label.toLowerCase().replace(/\W+/g, '-')}`;
  control.id = id;
  if (hint !== undefined) control.setAttribute('aria-describedby', `${id}-hint`);
  return h('div', { class: 'field' }, [
    h('label', { for: id }, label),
    control,
    hint !== undefined && h('small', { id: `${id}-hint` }, hint),
  ]);
}
