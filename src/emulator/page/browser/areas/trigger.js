// @ts-check
/**
 * Automatic actions under the stages of a pipeline (location `digital_pipeline`, callback `dpSettings`): adding one, opening
 * an existing one again, removing it, and a button that lets a lead arrive at it
 * (https://www.amocrm.ru/developers/content/web_sdk/digital_pipeline).
 */
import { h, icon } from '../core/dom.js';
import { log, warn } from '../core/log.js';
import { showMessage } from '../core/notifications.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { kommoButton } from '../sdk/button.js';
import { pagePost } from '../sdk/page-request.js';
import { call } from '../sdk/run.js';
import { openTriggerDialog, triggerTitle } from './trigger-dialog.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/** @typedef {import('../types.d.ts').StoredTrigger} StoredTrigger */

const ADDRESS = '/ajax/emulator/triggers';

/** @param {Widget} widget */
export function offerTriggers(widget) {
  if (boot.widget?.manifest?.dp?.action_multiple === undefined)
    warn('manifest', 'dp.action_multiple is missing; Kommo requires it');
  for (const slot of document.querySelectorAll('.js-trigger-slot')) {
    const statusId = Number(/** @type {HTMLElement} */ (slot).dataset.statusId);
    const add = kommoButton('js-add-trigger', text('addTrigger'));
    add.prepend(icon('M12 5v14M5 12h14', 16));
    add.addEventListener('click', () => addTrigger(widget, slot, statusId));
    const saved = boot.triggers.filter((one) => one.statusId === statusId);
    slot.replaceChildren(add, ...saved.map((trigger) => triggerItem(widget, trigger)));
  }
}

/**
 * @param {Widget} widget
 * @param {Element} slot
 * @param {number} statusId
 */
function addTrigger(widget, slot, statusId) {
  openTriggerDialog({
    values: {},
    save: async (settings) => {
      const { id } = await pagePost(ADDRESS, { status_id: statusId, settings });
      log('page', 'digital pipeline', 'trigger saved', { settings });
      const trigger = { id: Number(id), statusId, settings };
      boot.triggers.push(trigger);
      slot.append(triggerItem(widget, trigger));
    },
  });
  void call(widget, 'dpSettings');
}

/**
 * @param {Widget} widget
 * @param {StoredTrigger} trigger
 */
function triggerItem(widget, trigger) {
  const title = triggerTitle();
  const edit = h(
    'button',
    {
      type: 'button',
      class: 'digital-pipeline__item-title js-open-trigger',
      'aria-label': `${text('change')}: ${title}`,
    },
    title,
  );
  const tryOut = h(
    'button',
    { type: 'button', class: 'digital-pipeline__try js-try-trigger' },
    text('tryTrigger'),
  );
  const item = h('div', { class: 'digital-pipeline__item', 'data-id': trigger.id }, [edit, tryOut]);
  edit.addEventListener('click', () => {
    openTriggerDialog({
      values: trigger.settings,
      save: async (settings) => {
        await pagePost(`${ADDRESS}/${trigger.id}`, { settings });
        log('page', 'digital pipeline', 'trigger changed', { settings });
        trigger.settings = settings;
      },
      remove: async () => {
        await pagePost(`${ADDRESS}/${trigger.id}`, {}, 'DELETE');
        log('page', 'digital pipeline', 'trigger removed');
        boot.triggers = boot.triggers.filter((one) => one !== trigger);
        item.remove();
      },
    });
    void call(widget, 'dpSettings');
  });
  tryOut.addEventListener('click', () => void letLeadArrive(trigger.id));
  return item;
}

/** @param {number} id */
async function letLeadArrive(id) {
  const { status } = await pagePost(`${ADDRESS}/${id}/try`);
  const said =
    status === null ? text('noWebhook') : `dp.webhook_url: ${status || text('noAnswer')}`;
  log('page', 'digital pipeline', said);
  showMessage({ header: triggerTitle(), text: said }, status !== 200);
}
