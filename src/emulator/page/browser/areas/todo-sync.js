// @ts-check
/**
 * The dialog in which tasks are synchronised with other services (locations `tlist`, `tline`, `tcalendar`, callback
 * `calendarSync`; https://www.amocrm.ru/developers/content/web_sdk/todo_sync).
 */
import { h } from '../core/dom.js';
import { errorText, log, warn } from '../core/log.js';
import { text } from '../core/texts.js';
import { kommoButton } from '../sdk/button.js';
import { createModalClass } from '../sdk/modal.js';
import { call, hasCallback } from '../sdk/run.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/**
 * @typedef {object} Sync
 * @property {string} [name]
 * @property {string} [description]
 * @property {boolean | Promise<boolean>} [enabled]
 * @property {() => Promise<unknown>} [onEnable]
 * @property {() => Promise<unknown>} [onDisable]
 * @property {() => void} [onSetup]
 */

/** @param {Widget | undefined} widget */
export function offerSync(widget) {
  if (!widget || !hasCallback(widget, 'calendarSync')) return;
  const open = kommoButton('js-todo-sync', text('syncTasks'));
  open.addEventListener('click', () => void openSync(widget));
  document.querySelector('.page__tools')?.prepend(open);
}

/** @param {Widget} widget */
async function openSync(widget) {
  const sync = /** @type {Sync | undefined} */ (await call(widget, 'calendarSync'));
  if (typeof sync !== 'object' || sync === null) {
    warn('calendarSync', 'calendarSync must answer an object');
    return;
  }
  const Modal = createModalClass();
  new Modal({
    class_name: 'todo-sync__modal',
    init($body) {
      $body.attr('aria-label', text('syncTasks'));
      $body.trigger('modal:loaded').append(syncRow(sync)).trigger('modal:centrify');
    },
  });
}

/** @param {Sync} sync */
function syncRow(sync) {
  const error = h('p', { class: 'todo-sync__error', role: 'alert' });
  const toggle = kommoButton('js-todo-sync-toggle', text('turnOn'));
  const label = /** @type {HTMLElement} */ (toggle.querySelector('.button-input-inner__text'));
  let isOn = false;
  const show = (/** @type {unknown} */ value) => {
    isOn = Boolean(value);
    toggle.classList.toggle('button-input_blue', !isOn);
    label.textContent = text(isOn ? 'turnOff' : 'turnOn');
    error.textContent = '';
    toggle.removeAttribute('aria-busy');
  };
  const fail = (/** @type {unknown} */ reason) => {
    error.textContent = typeof reason === 'string' ? reason : errorText(reason);
    toggle.removeAttribute('aria-busy');
  };
  toggle.setAttribute('aria-busy', 'true');
  Promise.resolve(sync.enabled).then(show, fail);
  toggle.addEventListener('click', async () => {
    const name = isOn ? 'onDisable' : 'onEnable';
    toggle.setAttribute('aria-busy', 'true');
    try {
      await sync[name]?.();
      log('callback', `calendarSync:${name}`, 'resolved');
      show(!isOn);
    } catch (reason) {
      log('callback', `calendarSync:${name}`, 'failed', { error: errorText(reason) });
      fail(reason);
    }
  });
  const { onSetup } = sync;
  const setup =
    typeof onSetup === 'function' ? kommoButton('js-todo-sync-setup', text('settings')) : undefined;
  setup?.addEventListener('click', () => {
    log('callback', 'calendarSync:onSetup', 'chosen by the user');
    onSetup?.();
  });
  return h('div', { class: 'todo-sync' }, [
    h('h2', { class: 'pipeline__caption' }, String(sync.name ?? '')),
    h('p', { class: 'todo-sync__description' }, String(sync.description ?? '')),
    h('div', { class: 'modal-body__actions' }, [toggle, setup]),
    error,
  ]);
}
