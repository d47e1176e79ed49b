// @ts-check
/**
 * The system Widget: every method and property that Kommo puts into a widget's prototype before its constructor runs
 * (https://developers.kommo.com/docs/script-js, "Methods").
 */

import { systemInfo } from '../core/app.js';
import { currentAccount } from '../core/app-data.js';
import { log, warn } from '../core/log.js';
import { $ } from '../core/page.js';
import { showOverlay } from '../shell/widget-column.js';
import { authorizedAjax } from './authorized-ajax.js';
import { cardContacts, registerAction, registerSource, selectedRows } from './card-hooks.js';
import { crmPost } from './crm-post.js';
import { chooseTexts, lookUp } from './i18n.js';
import { createModalClass } from './modal.js';
import { render, renderTemplate } from './render.js';
import { widgetParams } from './settings-data.js';

/** Every widget calls these all the time; they would flood the log. */
const QUIET = new Set([
  'i18n',
  'system',
  'get_settings',
  'get_version',
  'get_install_status',
  'render',
]);

/**
 * @param {import('../types.d.ts').WidgetBoot} widget
 * @returns {Record<string, unknown>}
 */
export function systemPrototype(widget) {
  const params = widgetParams(widget);
  let langs = chooseTexts().texts;
  /** @type {Record<string, (...args: never[]) => unknown>} */
  const methods = {
    get_settings: () => params,
    set_settings: (/** @type {object} */ values) => {
      Object.assign(params, values);
    },
    system: () => systemInfo(),
    i18n: (/** @type {string} */ key) => lookUp(langs, key),
    get_version: () => params.version,
    get_install_status: () => params.status,
    set_status: (/** @type {string} */ status) => {
      if (!['error', 'install', 'installed', 'not_configured'].includes(status)) {
        warn('set_status', `set_status('${status}') is not a status Kommo knows`);
      }
      $(document).trigger('emulator:status', [status]);
    },
    render: (/** @type {never} */ source, /** @type {never} */ values) => render(source, values),
    render_template: (/** @type {never} */ template, /** @type {never} */ values) =>
      renderTemplate(template, values),
    crm_post: crmPost,
    add_action: (/** @type {string} */ type, /** @type {never} */ action) =>
      registerAction(type, action),
    add_source: (
      /** @type {string} */ type,
      /** @type {never} */ send,
      /** @type {string} */ label,
    ) => registerSource(type, send, label),
    list_selected: () => selectedRows(),
    widgetsOverlay: (/** @type {boolean} */ isShown) => showOverlay(Boolean(isShown)),
    // The page's sample calls `catch`, which promises of jQuery 2 lack.
    get_pipeline_id: () => {
      const id = widget.install.sourcePipelineId;
      return id === null ? Promise.reject(new Error('no lead source')) : Promise.resolve(id);
    },
    get_accounts_current: () => currentAccount(params),
    get_current_card_contacts_data: () => Promise.resolve(cardContacts()),
    setSdkCatalogId: (/** @type {number} */ id) => {
      if (Number(id) > 0) params.sdk_catalog_id = Number(id);
      else warn('setSdkCatalogId', `setSdkCatalogId(${id}) is not the number of a list`);
    },
    listenSocketChannel: (
      /** @type {string} */ channel,
      /** @type {string[]} */ keys,
      /** @type {never} */ callback,
    ) => listen(channel, keys, callback),
    openWidgetSettings: (/** @type {{ onClose?: () => void }} */ options) => {
      $(document).trigger('emulator:open-settings', [options ?? {}]);
    },
  };
  /** @type {Record<string, unknown>} */
  const prototype = {
    params,
    ns: `.widget_${widget.code}`,
    name: widget.code,
    init_once:
      widget.manifest?.widget?.init_once === true || widget.manifest?.widget?.init_once === 'Y',
    helpers: { Modal: createModalClass() },
    template_element: null,
    $authorizedAjax: authorizedAjax,
  };
  for (const [name, method] of Object.entries(methods)) prototype[name] = recorded(name, method);
  // A property, because `set_lang` changes what later reads return.
  prototype.set_lang = recorded('set_lang', (/** @type {never} */ texts) => {
    langs = texts;
  });
  Object.defineProperty(prototype, 'langs', {
    get: () => langs,
    set: (texts) => {
      langs = texts;
    },
    enumerable: true,
  });
  return prototype;
}

/**
 * @param {string} name
 * @param {(...args: never[]) => unknown} method
 */
function recorded(name, method) {
  if (QUIET.has(name)) return method;
  return (/** @type {never[]} */ ...args) => {
    log('host', name, 'called', args);
    return method(...args);
  };
}

/**
 * Messages of the account's socket; here they come from POST /__emulator/socket.
 * @param {string} channel
 * @param {string[]} keys
 * @param {(message: Record<string, unknown>) => void} callback
 */
function listen(channel, keys, callback) {
  const hear = (
    /** @type {unknown} */ _event,
    /** @type {string} */ name,
    /** @type {Record<string, unknown>} */ message,
  ) => {
    const wanted = !keys?.length || keys.some((key) => Object.hasOwn(message, key));
    if (name === channel && wanted) callback(message);
  };
  $(document).on('emulator:socket', hear);
  return () => $(document).off('emulator:socket', /** @type {never} */ (hear));
}
