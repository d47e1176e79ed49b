// @ts-check
/**
 * The form of one automatic action, in the markup that the vendor's samples and published widgets select. Its buttons are
 * heard above the form, so that a widget can hold a click back or answer it first.
 */
import { h, icon } from '../core/dom.js';
import { $, boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { kommoButton } from '../sdk/button.js';
import { chooseTexts, manifestText } from '../sdk/i18n.js';
import { createModalClass } from '../sdk/modal.js';
import { fieldRows, markEmpty } from '../settings/field-rows.js';
import { readTriggerFields } from './trigger-fields.js';

/**
 * @typedef {object} TriggerActs
 * @property {Record<string, unknown>} values what the form shows at first
 * @property {(settings: Record<string, unknown>) => Promise<void>} save
 * @property {() => Promise<void>} [remove] of a stored trigger
 */

export function triggerTitle() {
  const manifest = boot.widget?.manifest;
  return manifestText(chooseTexts().texts, manifest?.dp?.title ?? manifest?.widget.name);
}

/** @param {TriggerActs} acts */
export function openTriggerDialog({ values, save, remove }) {
  const data = boot.widget;
  if (!data) return;
  const fields = data.manifest?.dp?.settings ?? {};
  const rows = h(
    'div',
    { id: 'widget_settings__fields_wrapper', class: 'widget_settings_block__fields' },
    titledRows(data, fields, values),
  );
  const form = h('form', { class: 'digital-pipeline__edit-forms', autocomplete: 'off' }, [
    h('div', { class: 'task-edit__body__form' }, [
      h('div', { class: 'digital-pipeline__condition' }, text('triggerCondition')),
      rows,
    ]),
    footer(remove !== undefined),
  ]);
  const item = h('div', { class: 'digital-pipeline__item-inner' }, [
    shortTask(data),
    h('div', { class: 'digital-pipeline__edit-wrapper', 'data-action': 'send_widget_hook' }, form),
  ]);
  const Modal = createModalClass();
  const modal = new Modal({
    class_name: 'digital-pipeline__modal',
    init($body) {
      $body.attr('aria-label', triggerTitle());
      $body.trigger('modal:loaded').append(item);
    },
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  $(item).on('click', '.js-trigger-save', async (event) => {
    if ($(event.currentTarget).hasClass('button-input-disabled')) return;
    const settings = readTriggerFields(form, fields);
    if (markEmpty(form, fields, settings).length > 0) return;
    await save(settings);
    modal.destroy();
  });
  $(item).on('click', '.js-trigger-cancel', () => void modal.destroy());
  $(item).on('click', '.js-trigger-delete', async () => {
    await remove?.();
    modal.destroy();
  });
}

/**
 * Unlike in the settings, labels have their text as title: the documented example finds them by it.
 * @param {import('../types.d.ts').WidgetBoot} data
 * @param {Record<string, import('../types.d.ts').SettingField>} fields
 * @param {Record<string, unknown>} values
 */
function titledRows(data, fields, values) {
  const rows = fieldRows(data, fields, values);
  for (const row of rows) {
    row.classList.add('form-group');
    const label = row.querySelector('.widget_settings_block__title_field');
    label?.setAttribute('title', (label.textContent ?? '').replace(/: $/, ''));
  }
  return rows;
}

/** @param {import('../types.d.ts').WidgetBoot} data */
function shortTask(data) {
  return h('div', { class: 'digital-pipeline__short-task' }, [
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
      triggerTitle(),
    ),
  ]);
}

/** @param {boolean} canRemove */
function footer(canRemove) {
  const bin = icon('M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13', 16);
  bin.classList.add('digital-pipeline__edit-delete');
  const remove = h(
    'button',
    { type: 'button', class: 'digital-pipeline__delete js-trigger-delete' },
    [bin, text('remove')],
  );
  return h(
    'div',
    {
      class: 'digital-pipeline__edit-footer trigger_settings__process__footer modal-body__actions',
    },
    [
      kommoButton('button-input_blue js-trigger-save', text('done')),
      kommoButton('button-cancel js-trigger-cancel', text('cancel')),
      canRemove && remove,
    ],
  );
}
