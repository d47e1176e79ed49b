// @ts-check
/**
 * The globals `APP` and `AMOCRM`: one object, as in Kommo
 * (https://developers.kommo.com/docs/environment-variables). Read-only for widgets by Kommo's rules.
 */
import { appSdk } from '../sdk/user-status.js';
import { appData, constants } from './app-data.js';
import { ELEMENT_TYPES } from './element-types.js';
import { log, warn } from './log.js';
import { appNotifications } from './notifications.js';
import { $, boot, go, switchValue } from './page.js';

export function createApp() {
  const values = constants();
  const app = {
    lang_id: boot.language,
    data: appData(),
    constant: (/** @type {string} */ name, /** @type {unknown[]} */ ...value) => {
      if (value.length > 0) values[name] = value[0];
      if (Object.hasOwn(values, name)) return values[name];
      warn('APP.constant', `APP.constant('${name}') is not known to the emulator`);
      return switchValue('unknownConstant') === 'undefined' ? undefined : false;
    },
    getBaseEntity: () => baseEntity(),
    isCard: () => boot.entity !== null,
    getWidgetsArea: () => boot.widgetsArea,
    getV3WidgetsArea: () => boot.widgetsArea,
    element_types: { ...ELEMENT_TYPES },
    // The published numbers; those after 14 were only seen in public code.
    cf_types: boot.fieldTypes,
    system: {
      format: { date: { date: 'DD.MM.YYYY', date_short: 'DD.MM', full: 'DD.MM.YYYY HH:mm' } },
    },
    widgets: {
      /** Running widgets by code, as soon as they are built. */
      list: /** @type {Record<string, unknown>} */ ({}),
      /** Functions that find companies for a field of the type legal entity; widgets replace the array. */
      legal_handlers: /** @type {((query: object) => PromiseLike<unknown>)[]} */ ([]),
      system: systemInfo(),
      clear_cache: () => log('host', 'APP.widgets.clear_cache', 'called'),
    },
    notifications: appNotifications,
    addNotificationCallback(
      /** @type {string} */ code,
      /** @type {(entry: unknown) => void} */ callback,
    ) {
      if (!boot.widget?.manifest?.widget?.init_once) {
        warn(
          'APP.addNotificationCallback',
          'APP.addNotificationCallback works for widgets with init_once only',
        );
      }
      // The emulated account has no notifications of its own: they come from POST /__emulator/notification.
      $(document).on(
        'emulator:notification',
        (_event, /** @type {string} */ to, /** @type {unknown} */ entry) => {
          if (to === code) callback(entry);
        },
      );
    },
    sdk: appSdk,
    router: {
      navigate: (/** @type {string} */ address) =>
        go(new URL(address, window.location.origin).pathname),
    },
    is_authorized: true,
  };
  window.APP = app;
  window.AMOCRM = app;
  return app;
}

/** What `self.system()` and `APP.widgets.system` say about where the widget runs. */
export function systemInfo() {
  const area = boot.area === 'advanced_settings' ? String(switchValue('advancedArea')) : boot.area;
  return {
    area,
    amouser_id: String(boot.user.id),
    amouser: boot.user.login,
    subdomain: boot.account.subdomain,
    domain: boot.account.domain,
    server: `https://${boot.account.domain}`,
    displayed_count: 1,
    displayed_count_by_area: { [area]: 1 },
  };
}

/** @type {Partial<Record<import('../types.d.ts').AreaName, string>>} */
const LIST_ENTITIES = {
  llist: 'leads',
  clist: 'contacts',
  culist: 'customers',
  tlist: 'todo',
  tline: 'todo',
  tcalendar: 'todo',
};

function baseEntity() {
  return boot.entity?.kind ?? LIST_ENTITIES[boot.area] ?? 'settings';
}

/** Raises `page:changed`, which init_once widgets wait for. */
export function announcePage() {
  log('event', 'page:changed', boot.widgetsArea);
  $(document).trigger('page:changed', [boot.widgetsArea]);
}
