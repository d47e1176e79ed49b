// @ts-check
/** Install and Uninstall in the settings modal. */
import { log } from '../core/log.js';
import { showMessage } from '../core/notifications.js';
import { $, boot, switchValue } from '../core/page.js';
import { text } from '../core/texts.js';
import { createConfirm } from '../sdk/confirm.js';
import { call, catchUp } from '../sdk/run.js';
import { readFields } from './field-rows.js';
import { descSpace } from './markup.js';
import { askWidget, store } from './save.js';
import { callSettings, drawState, setStatus } from './state.js';

/** @typedef {import('./state.js').OpenOptions} OpenOptions */

/**
 * @param {HTMLElement} element
 * @param {OpenOptions} options
 */
export async function install(element, options) {
  const $button = $(element).find('button.js-widget-install').trigger('button:load:start');
  if (!(await requestInstall())) {
    $button.trigger('button:save:error');
    return;
  }
  setStatus(options.widget, 'not_configured');
  await call(options.widget, 'onInstall');
  $(document).trigger(`widget:${boot.widget?.code}:installed`);
  if (switchValue('redrawAfterInstall') === 'right column too' && boot.widget) {
    redrawRight(element, descSpace(boot.widget));
  }
  drawState(element);
  $(document).trigger('emulator:installed-changed');
  if (options.widget) await catchUp(options.widget);
  if (switchValue('settingsAfterInstall') !== 'not again') await callSettings(element, options);
}

/**
 * Whoever reads the keys meanwhile stays there.
 * @param {HTMLElement} element
 * @param {HTMLElement} fresh
 */
function redrawRight(element, fresh) {
  const old = element.querySelector('.widget-settings__desc-space');
  fresh.classList.toggle('hidden', old?.classList.contains('hidden') ?? false);
  old?.replaceWith(fresh);
}

/** Kommo's server calls the integration's backend first and answers after that. */
export async function requestInstall() {
  const widget = boot.widget;
  if (!widget) return false;
  try {
    const answer = await $.ajax({
      url: `/ajax/v2/integrations/${widget.integration.uuid}/install`,
      type: 'POST',
      dataType: 'json',
    });
    log('page', 'install', 'installed', answer);
    widget.install.active = 'Y';
    return true;
  } catch (failed) {
    log('error', 'install', `refused with ${/** @type {{ status?: number }} */ (failed).status}`);
    showMessage({ header: text('installFailed') }, true);
    return false;
  }
}

/** @param {() => void} accept */
export function askToDisable(accept) {
  createConfirm()({
    header: text('disableQuestion'),
    text: text('disableText'),
    accept_text: text('disable'),
    accept,
  });
}

/**
 * @param {HTMLElement} element
 * @param {OpenOptions} options
 */
export async function disable(element, options) {
  const widget = boot.widget;
  if (!widget) return;
  $(element).find('.js-widget-uninstall').trigger('button:load:start');
  const fields = readFields(element, widget.manifest?.settings ?? {});
  // Kommo asks the widget, but lets the user switch it off whatever it answers.
  const event = /** @type {const} */ ({ active: 'N' });
  await askWidget(options.widget, { ...event, fields });
  if (!(await store({ ...event, fields }))) {
    $(element).find('.js-widget-uninstall').trigger('button:load:stop');
    return;
  }
  await call(options.widget, 'destroy');
  widget.install.active = 'N';
  setStatus(options.widget, 'install');
  drawState(element);
  $(document).trigger('emulator:installed-changed');
}
