// @ts-check
/** The values behind `APP.constant(...)` and `APP.data`. Shapes as published widgets and type packages read them. */
import { $, boot } from './page.js';

/** @returns {Record<string, unknown>} */
export function constants() {
  const { account, user } = boot;
  const names = Object.fromEntries(boot.people.map((person) => [person.id, person.name]));
  return {
    account: {
      id: account.id,
      name: account.name,
      subdomain: account.subdomain,
      country: account.country,
      currency: account.currency,
      timezone: account.timezone,
      language: account.language,
      date_pattern: 'MM/DD/YYYY H:i:s',
      date_format: 'm/d/Y',
      time_format: 'H:i:s',
      unsorted_on: 'Y',
      users: names,
      cf: {},
      predefined_cf: {},
      products: { enabled: false, catalog_id: null },
      tariffName: 'enterprise',
      paid_from: 0,
      paid_till: 0,
      pay_type: 'paid',
      amojo_id: account.amojoId,
      amojo_server: 'https://amojo.kommo.com',
      amojo_enabled: account.amojoId !== null,
      notifications_enabled: true,
      version: 14,
    },
    user: {
      id: user.id,
      name: user.name,
      login: user.login,
      amojo_id: null,
      uuid: '',
      personal_mobile: '',
      photo: '',
      theme: boot.theme,
      tour: 0,
      user_rank: null,
      settings: {},
    },
    managers: Object.fromEntries(boot.people.map((person) => [person.id, manager(person)])),
    groups: { group_0: 'Sales', group_free_users: 'Free users' },
    task_types: {
      1: { id: 1, option: 'Follow-up', color: null, icon_id: null },
      2: { id: 2, option: 'Meeting', color: null, icon_id: null },
    },
    user_rights: { is_admin: user.isAdmin, is_free_user: user.isFree },
    card_element: boot.entity ? { id: boot.entity.id } : false,
  };
}

/** @param {import('../types.d.ts').Person} person */
function manager(person) {
  return {
    id: person.id,
    title: person.name,
    option: person.name,
    active: person.isActive,
    login: person.login,
    status: 'offline',
    is_admin: person.isAdmin ? 'Y' : 'N',
    free_user: person.isFree ? 'Y' : 'N',
    amojo_id: null,
    amo_profile_id: null,
    avatar: '',
    theme: boot.theme === 'dark' ? 2 : 1,
    phone: '',
    group: 'group_0',
  };
}

export function appData() {
  return {
    is_card: boot.entity !== null,
    current_entity: boot.entity?.kind ?? null,
    current_card: boot.entity ? currentCard(boot.entity) : false,
    current_list: boot.area.endsWith('list') ? currentList() : false,
    current_view: { $el: $('#page_holder') },
  };
}

const LIST_KINDS = { llist: 'leads', clist: 'contacts', culist: 'customers', tlist: 'todo' };

/** The rows of the list, as a Backbone collection. */
function currentList() {
  const { Backbone } =
    /** @type {{ Backbone: { Collection: new (rows: object[]) => unknown } }} */ (
      /** @type {unknown} */ (window)
    );
  const kind = LIST_KINDS[/** @type {keyof typeof LIST_KINDS} */ (boot.area)];
  const rows = boot.entities.filter((entity) => entity.kind === kind);
  return new Backbone.Collection(
    rows.map((row) => ({ id: row.id, name: row.name, main_user_id: row.responsibleId })),
  );
}

/** @param {import('../types.d.ts').Entity} entity */
function currentCard(entity) {
  const { Backbone } = /** @type {{ Backbone: { Model: new (data: object) => unknown } }} */ (
    /** @type {unknown} */ (window)
  );
  const types = { leads: 2, contacts: 1, companies: 3, customers: 12, todo: 4 };
  return {
    id: entity.id,
    element_type: types[entity.kind],
    main_user: entity.responsibleId,
    model: new Backbone.Model({
      ID: entity.id,
      NAME: entity.name,
      MAIN_USER: entity.responsibleId,
    }),
  };
}

/** What `self.get_accounts_current()` answers without a request. */
export function currentAccount() {
  const account = /** @type {Record<string, unknown>} */ (constants().account);
  return {
    ...account,
    users: boot.people.map(({ id, name, login }) => ({ id, name, login })),
    widget: {},
  };
}
