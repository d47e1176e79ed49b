// @ts-check
/**
 * The globals `APP` and `AMOCRM`: one object, as in Kommo
 * (https://developers.kommo.com/docs/environment-variables). Read-only for widgets by Kommo's rules.
 */
import { appSdk } from '../sdk/user-status.js';
import { appData, constants } from './app-data.js';
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
      else if (!Object.hasOwn(values, name))
        warn('APP.constant', `APP.constant('${name}') is not known to the emulator`);
      return values[name];
    },
    getBaseEntity: () => baseEntity(),
    isCard: () => boot.entity !== null,
    getWidgetsArea: () => boot.widgetsArea,
    getV3WidgetsArea: () => boot.widgetsArea,
    element_types: {
      contacts: 1,
      leads: 2,
      companies: 3,
      tasks: 4,
      customers: 12,
      catalog_elements: 11,
    },
    // The published numbers; those after 14 were only seen in public code.
    cf_types: {
      text: 1,
      numeric: 2,
      checkbox: 3,
      select: 4,
      multiselect: 5,
      date: 6,
      url: 7,
      multitext: 8,
      textarea: 9,
      radiobutton: 10,
      streetaddress: 11,
      smart_address: 13,
      birthday: 14,
      legal_entity: 15,
      date_time: 19,
    },
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
