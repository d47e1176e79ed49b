// @ts-check
/** What the open modal shows of the installation, and how the widget is told. */
import { log } from '../core/log.js';
import { $, boot, switchValue } from '../core/page.js';
import { call } from '../sdk/run.js';
import { commandPlate } from './markup.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/** @typedef {import('../types.d.ts').InstallStatus} InstallStatus */

/**
 * @typedef {object} OpenOptions
 * @property {Widget | undefined} widget undefined if its script failed: the modal opens without it
 * @property {Record<string, unknown>} [context] second argument of `settings`
 * @property {() => void} [onClose]
 */

/**
 * @param {HTMLElement} element
 * @param {OpenOptions} options
 */
export async function callSettings(element, options) {
  const place =
    switchValue('settingsArgument') === 'right column'
      ? '.widget-settings__desc-space'
      : '.modal-body';
  const context =
    switchValue('settingsContext') === 'undefined' ? options.context : (options.context ?? {});
  await call(options.widget, 'settings', [$(element).find(place), context]);
}

/**
 * Shows or hides what depends on the installation. Leaves the widget's own elements alone.
 * @param {HTMLElement} element
 */
export function drawState(element) {
  foldDescription(element);
  const data = boot.widget;
  if (!data) return;
  element.querySelector('.widget-settings__command-plate')?.replaceChildren(...commandPlate(data));
  const isUsable = data.install.status !== 'install' || switchValue('installFlow') === 'one step';
  element.querySelector('#widget_settings__fields_wrapper')?.classList.toggle('hidden', !isUsable);
  if (data.install.status !== 'install') element.querySelector('.widget-settings__tour')?.remove();
  if (data.install.status === 'not_configured')
    $(element).find('.js-widget-save').trigger('button:save:enable');
}

/**
 * @param {Widget | undefined} widget
 * @param {InstallStatus} status
 */
export function setStatus(widget, status) {
  const data = boot.widget;
  if (!data) return;
  data.install.status = status;
  if (!widget) return;
  const active = status === 'install' ? 'N' : 'Y';
  Object.assign(widget.params, data.install.fields, { status, active, widget_active: active });
  // An uninstalled widget has no list of its own.
  if (status === 'install') delete widget.params.sdk_catalog_id;
  log('page', 'status', status);
}

/** Pixels; a taller description is folded. */
const FOLDED_HEIGHT = 120;

/**
 * Folds a long description behind "Show in full".
 * @param {HTMLElement} element
 */
function foldDescription(element) {
  const description = element.querySelector('.widget_settings_block__descr');
  const expander = element.querySelector('.widget-settings-block__desc-expander');
  if (!description || !expander?.classList.contains('hidden')) return;
  if (description.scrollHeight <= FOLDED_HEIGHT) return;
  description.classList.add('widget-settings-block__desc-expander_hidden');
  expander.classList.remove('hidden');
}
