// @ts-check
/** The life of the settings modal: open, install, save, disable, close. */
import { log, warn } from '../core/log.js';
import { $, boot, isOn, switchValue } from '../core/page.js';
import { text } from '../core/texts.js';
import { catchUp } from '../sdk/run.js';
import { askToDisable, disable, install, requestInstall } from './installation.js';
import { settingsModal } from './markup.js';
import { isComplete, save } from './save.js';
import { callSettings, drawState, setStatus } from './state.js';

/** @typedef {import('./state.js').OpenOptions} OpenOptions */

/** @type {{ element: HTMLElement, close: () => void } | undefined} */
let current;

/** @param {OpenOptions} options */
export async function openSettings(options) {
  const data = boot.widget;
  if (!data) return;
  current?.close();
  const element = settingsModal(data);
  document.body.append(element);
  document.body.classList.add('body-with-modal');
  const returnFocus = document.activeElement;
  const close = () => {
    if (!element.isConnected) return;
    element.remove();
    $(document).off('.emulator_settings');
    document.body.classList.remove('body-with-modal');
    if (returnFocus instanceof HTMLElement) returnFocus.focus();
    current = undefined;
    log('page', 'settings modal', 'closed');
    options.onClose?.();
  };
  current = { element, close };
  drawState(element);
  bind(element, options, close);
  log('page', 'settings modal', 'opened', { status: data.install.status });
  /** @type {HTMLElement} */ (element.querySelector('.modal-body')).focus();
  await callSettings(element, options);
  if (isOn('settingsTwice')) await callSettings(element, options);
}

/**
 * @param {HTMLElement} element
 * @param {OpenOptions} options
 * @param {() => void} close
 */
function bind(element, options, close) {
  const $modal = $(element);
  const savesOnce = oneAtATime(() => onSaveClick(element, options, close));
  const installsOnce = oneAtATime(() => install(element, options));
  const disablesOnce = oneAtATime(() => disable(element, options));

  $modal.on('click', '.js-widget-save', (event) => {
    noteVirtualClick(event, 'Save');
    if ($(event.currentTarget).hasClass('button-input-disabled')) return;
    void savesOnce();
  });
  $modal.on('click', 'button.js-widget-install', (event) => {
    noteVirtualClick(event, 'Install');
    if ($(event.currentTarget).hasClass('button-input-disabled')) return;
    // Where the fields stand there before the installation, a required one that is empty holds it up.
    if (switchValue('installFlow') === 'one step' && !isComplete(element)) return;
    void installsOnce();
  });
  $modal.on('click', '.js-widget-uninstall', (event) => {
    noteVirtualClick(event, 'Uninstall');
    askToDisable(() => void disablesOnce());
  });
  $modal.on('change', '.js-widget-consent', (event) => {
    const isTicked = /** @type {HTMLInputElement} */ (event.currentTarget).checked;
    $modal
      .find('button.js-widget-install')
      .toggleClass('button-input-disabled', !isTicked)
      .attr('aria-disabled', String(!isTicked));
  });
  // Kommo's form notices inputs that carry a name; a hidden one needs a `change` triggered by the widget.
  $modal.on(
    'change input',
    '#widget_settings__fields_wrapper [name]:not([name=widget_active])',
    () => {
      $modal.find('.js-widget-save').trigger('button:save:enable');
    },
  );
  $modal.on('change', '[name=type_integration_modal]', (event) =>
    showTab(element, /** @type {HTMLElement} */ (event.currentTarget).id),
  );
  $modal.on('click', '.js-widget-settings-desc-expander', (event) => {
    const isFolded = $modal
      .find('.widget_settings_block__descr')
      .toggleClass('widget-settings-block__desc-expander_hidden')
      .hasClass('widget-settings-block__desc-expander_hidden');
    $(event.currentTarget).text(text(isFolded ? 'showMore' : 'showLess'));
  });
  $modal.on('click', '.modal__close', close);
  $modal.on('click', (event) => {
    if ($(event.target).is('.widget-settings__modal, .modal-scroller')) close();
  });
  $(document).on('keydown.emulator_settings', (event) => {
    const isOurs = document.querySelectorAll('body > .modal').length === 1;
    if (event.key === 'Escape' && isOurs && !event.isDefaultPrevented()) close();
  });
  $(document).on('emulator:status.emulator_settings', (_event, /** @type {string} */ status) => {
    const shown = status === 'not_configured' ? 'installed' : status;
    $modal.find('.widget-state').attr('class', `widget-state widget-state_status_${shown}`);
    $modal
      .find('.widget-state__name')
      .text(text({ error: 'error', install: 'notInstalled' }[shown] ?? 'installed'));
  });
}

/**
 * Ignores a second click while the first one's work runs.
 * @param {() => Promise<unknown>} work
 */
function oneAtATime(work) {
  let isRunning = false;
  return async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      await work();
    } finally {
      isRunning = false;
    }
  };
}

/**
 * @param {HTMLElement} element
 * @param {OpenOptions} options
 * @param {() => void} close
 */
async function onSaveClick(element, options, close) {
  if (boot.widget?.install.status === 'install') {
    // In two steps Save is hidden before the installation: only a script can have pressed it.
    if (switchValue('installFlow') !== 'one step') {
      warn('save', 'Save before Install: nothing happens');
      return;
    }
    if (!isComplete(element) || !(await requestInstall())) return;
    if (options.widget) await catchUp(options.widget);
  }
  if (!(await save(options.widget, element))) return;
  setStatus(options.widget, 'installed');
  const stays =
    element.querySelector('.js-widget-save')?.getAttribute('data-onsave-destroy-modal') !== 'true';
  if (stays) {
    drawState(element);
    $(element)
      .find('.js-widget-save')
      .trigger('button:save:disable')
      .addClass('button-input_saved');
  } else {
    close();
  }
  $(document).trigger('emulator:installed-changed');
}

/**
 * @param {HTMLElement} element
 * @param {string} id
 */
function showTab(element, id) {
  const panes = {
    description: '.widget-settings__desc-space',
    key: '.view-integration-modal__keys',
    access: '.view-integration-modal__access',
  };
  for (const [name, selector] of Object.entries(panes)) {
    // A widget's own tab hides all of these; the widget shows its pane itself.
    element.querySelector(selector)?.classList.toggle('hidden', name !== id);
  }
}

/**
 * @param {JQuery.TriggeredEvent} event
 * @param {string} button
 */
function noteVirtualClick(event, button) {
  if (event.originalEvent?.isTrusted) return;
  const allowed =
    button === 'Save' ? 'allowed only when the integration needs no settings' : 'forbidden';
  warn('virtual click', `virtual click on ${button}: ${allowed}`);
}
