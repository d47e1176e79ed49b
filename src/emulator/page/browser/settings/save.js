// @ts-check
/** Kommo's Save: asks the widget through `onSave`, then stores what the widget left in `fields`. */

import { log, plain, warn } from '../core/log.js';
import { showMessage } from '../core/notifications.js';
import { $, boot, switchValue } from '../core/page.js';
import { text } from '../core/texts.js';
import { invoke } from '../sdk/run.js';
import { markEmpty, readFields } from './field-rows.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/** @typedef {{ active: 'Y' | 'N', fields: Record<string, unknown> }} SaveEvent */

/**
 * @param {Widget | undefined} widget undefined if the widget's script failed
 * @param {HTMLElement} modal
 * @returns {Promise<boolean>} whether the settings were stored
 */
export async function save(widget, modal) {
  const fields = boot.widget?.manifest?.settings ?? {};
  const values = readFields(modal, fields);
  if (!isComplete(modal)) return false;
  const $button = $(modal).find('.js-widget-save');
  $button.trigger('button:load:start');
  /** @type {SaveEvent} */
  const event = { active: 'Y', fields: values };
  if (!(await askWidget(widget, event))) return false;
  // What `setSdkCatalogId` said before now is kept with the settings, over page loads.
  const claimed = Number(widget?.params.sdk_catalog_id);
  const isStored = await store(event, claimed > 0 ? claimed : undefined);
  $button.trigger(isStored ? 'button:load:stop' : 'button:save:error');
  return isStored;
}

/**
 * Marks the required fields that are empty.
 * @param {HTMLElement} modal
 * @returns {boolean} whether there is none
 */
export function isComplete(modal) {
  const fields = boot.widget?.manifest?.settings ?? {};
  const empty = markEmpty(modal, fields, readFields(modal, fields));
  if (empty.length === 0) return true;
  log('page', 'save', 'refused: required fields are empty', { empty });
  return false;
}

/**
 * @param {Widget | undefined} widget
 * @param {SaveEvent} event the widget may change `fields`; what it leaves there is stored
 * @returns {Promise<boolean>}
 */
export async function askWidget(widget, event) {
  const given = { active: event.active, fields: withoutSecrets(event.fields) };
  const outcome = await invoke(widget, 'onSave', [event], [given]);
  if (outcome.isMissing) return true;
  if (outcome.error !== undefined) return false;
  const { value } = outcome;
  if (typeof value !== 'boolean') {
    warn(
      'onSave',
      `onSave answered ${value === null ? 'null' : typeof value}: only true or false is documented`,
      value,
    );
  }
  return switchValue('onSaveOtherValues') === 'only true stores' ? value === true : Boolean(value);
}

/**
 * @param {SaveEvent} event
 * @param {number} [catalogId] list of own elements that the widget takes over
 * @returns {Promise<boolean>}
 */
export async function store(event, catalogId) {
  const widget = boot.widget;
  if (!widget) return false;
  const settings = storable(event.fields);
  try {
    await $.ajax({
      url: '/ajax/widgets/edit',
      type: 'POST',
      data: {
        action: 'edit',
        id: widget.install.id,
        code: widget.code,
        widget_active: event.active,
        settings,
        is_widget_state_action: 0,
        is_marketplace_request: 1,
        ...(catalogId !== undefined && { sdk_catalog_id: catalogId }),
      },
    });
  } catch (failed) {
    const status = /** @type {{ status?: number }} */ (failed).status;
    log('error', 'save', `POST /ajax/widgets/edit answered ${status}`);
    showMessage({ header: text('saveFailed') }, true);
    return false;
  }
  widget.install.fields = { ...widget.install.fields, ...settings };
  log('page', 'save', 'stored', { settings: withoutSecrets(settings) });
  return true;
}

/**
 * What Kommo stores: manifest fields only, and in a custom field only JSON or a number.
 * @param {Record<string, unknown>} fields
 * @returns {Record<string, unknown>}
 */
function storable(fields) {
  const known = boot.widget?.manifest?.settings ?? {};
  /** @type {Record<string, unknown>} */
  const kept = {};
  for (const [code, value] of Object.entries(fields)) {
    const type = known[code]?.type;
    if (!type) {
      warn('onSave', `"${code}" is no field of the manifest: not stored`);
    } else if (type !== 'custom') {
      kept[code] = value;
    } else if (isJson(value)) {
      kept[code] = typeof value === 'string' ? value : JSON.stringify(value);
    } else {
      warn('custom field', `plain string in custom field "${code}": not stored`, { value });
    }
  }
  return kept;
}

/**
 * For the log, which must not keep passwords.
 * @param {Record<string, unknown>} fields
 * @returns {Record<string, unknown>}
 */
function withoutSecrets(fields) {
  const known = boot.widget?.manifest?.settings ?? {};
  /** @type {Record<string, unknown>} */
  const shown = {};
  for (const [code, value] of Object.entries(fields)) {
    const isSecret = known[code]?.type === 'pass' || known[code]?.type === 'users_lp';
    shown[code] = isSecret ? '[hidden]' : plain(value);
  }
  return shown;
}

/** @param {unknown} value */
function isJson(value) {
  if (typeof value !== 'string') return value !== undefined;
  if (value === '') return true;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
