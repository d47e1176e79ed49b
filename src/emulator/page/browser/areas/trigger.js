// @ts-check
/**
 * Automatic actions under the stages of a pipeline (location `digital_pipeline`, callback `dpSettings`): the dialog that sets
 * one up, the list of existing ones, and a button that lets a lead arrive at one
 * (https://www.amocrm.ru/developers/content/web_sdk/digital_pipeline).
 */
import { h, icon } from '../core/dom.js';
import { log, warn } from '../core/log.js';
import { showMessage } from '../core/notifications.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { kommoButton } from '../sdk/button.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { createModalClass } from '../sdk/modal.js';
import { pagePost } from '../sdk/page-request.js';
import { call } from '../sdk/run.js';
import { fieldRows, markEmpty, readFields } from '../settings/field-rows.js';

/** @typedef {import('../types.d.ts').Widget} Widget */

/** @param {Widget} widget */
export function offerTriggers(widget) {
  for (const slot of document.querySelectorAll('.js-trigger-slot')) {
    const add = kommoButton('js-add-trigger', text('addTrigger'));
    add.prepend(icon('M12 5v14M5 12h14', 16));
    add.addEventListener('click', () => openTrigger(widget, slot));
    const statusId = Number(/** @type {HTMLElement} */ (slot).dataset.statusId);
    const saved = boot.triggers.filter((one) => one.statusId === statusId);
    slot.replaceChildren(add, ...saved.map(({ id }) => triggerItem(id)));
  }
}

function triggerTitle() {
  const manifest = boot.widget?.manifest;
  return manifestText(chooseTexts().texts, manifest?.dp?.title ?? manifest?.widget.name);
}

/** @param {unknown} id */
function triggerItem(id) {
  const tryOut = h(
    'button',
    { type: 'button', class: 'digital-pipeline__try js-try-trigger' },
    text('tryTrigger'),
  );
  tryOut.addEventListener('click', async () => {
    const { status } = await pagePost(`/ajax/emulator/triggers/${id}/try`);
    const said =
      status === null ? text('noWebhook') : `dp.webhook_url: ${status || text('noAnswer')}`;
    log('page', 'digital pipeline', said);
    showMessage({ header: triggerTitle(), text: said }, status !== 200);
  });
  return h('div', { class: 'digital-pipeline__item', 'data-id': String(id) }, [
    h('span', { class: 'digital-pipeline__item-title' }, triggerTitle()),
    tryOut,
  ]);
}

/**
 * @param {Widget} widget
 * @param {Element} slot
 */
function openTrigger(widget, slot) {
  const data = boot.widget;
  if (!data) return;
  const Modal = createModalClass();
  const fields = data.manifest?.dp?.settings ?? {};
  const title = triggerTitle();
  const done = kommoButton('button-input_blue js-trigger-save', text('done'), {
    'data-action': 'save_trigger',
  });
  const task = h('div', { class: 'digital-pipeline__short-task' }, [
    data.files.includes('images/logo_dp.png') &&
      h('img', {
        class: 'digital-pipeline__logo',
        src: `${data.folder}/images/logo_dp.png`,
        alt: '',
        width: 174,
        height: 109,
      }),
    h(
      'div',
      {
        class: `digital-pipeline__short-task_widget-style_${data.code} digital-pipeline__short-task-title`,
      },
      title,
    ),
    h('div', { class: 'digital-pipeline__condition' }, text('triggerCondition')),
  ]);
  const rows = fieldRows(data, fields, {});
  // Unlike in the settings, labels have their text as title: the documented example finds them by it.
  for (const row of rows) {
    const label = row.querySelector('.widget_settings_block__title_field');
    label?.setAttribute('title', (label.textContent ?? '').replace(/: $/, ''));
  }
  const form = h(
    'div',
    {
      id: 'widget_settings__fields_wrapper',
      class: 'widget_settings_block__fields',
      'data-action': 'send_widget_hook',
    },
    rows,
  );
  const modal = new Modal({
    class_name: 'digital-pipeline__modal',
    init($body) {
      $body.attr('aria-label', title);
      $body
        .trigger('modal:loaded')
        .append(
          h('div', { class: 'digital-pipeline__edit-wrapper' }, [
            task,
            form,
            h('div', { class: 'modal-body__actions' }, done),
          ]),
        );
    },
  });
  done.addEventListener('click', async () => {
    const settings = readFields(form, fields);
    if (markEmpty(form, fields, settings).length > 0) return;
    const statusId = Number(/** @type {HTMLElement} */ (slot).dataset.statusId);
    const added = await pagePost('/ajax/emulator/triggers', { status_id: statusId, settings });
    log('page', 'digital pipeline', 'trigger saved', { settings });
    slot.append(triggerItem(added.id));
    modal.destroy();
  });
  if (data.manifest?.dp?.action_multiple === undefined)
    warn('manifest', 'dp.action_multiple is missing; Kommo requires it');
  void call(widget, 'dpSettings');
}
