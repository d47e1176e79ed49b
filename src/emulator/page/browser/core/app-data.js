// @ts-check
/** The values behind `APP.constant(...)` and `APP.data`. Shapes as published widgets and type packages read them. */
import { accountFields } from './account-fields.js';
import { currentCard } from './current-card.js';
import { currentList } from './current-list.js';
import { TYPE_OF_KIND } from './element-types.js';
import { $, boot } from './page.js';

/** @returns {Record<string, unknown>} */
export function constants() {
  const { account, user } = boot;
  const products = boot.catalogs.find(({ type }) => type === 'products');
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
      ...accountFields(),
      products: { enabled: products !== undefined, catalog_id: products?.id ?? null },
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
      amojo_id: user.amojoId,
      uuid: user.uuid,
      personal_mobile: user.phone,
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
    card_id: boot.entity?.id ?? false,
    card_element: boot.entity ? cardElement(boot.entity) : false,
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
    amojo_id: person.amojoId,
    amo_profile_id: null,
    avatar: '',
    theme: boot.theme === 'dark' ? 2 : 1,
    phone: person.phone,
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

/**
 * The card as its constant shows it; the names were observed for leads.
 * @param {import('../types.d.ts').Entity} entity
 */
function cardElement(entity) {
  return {
    id: entity.id,
    name: entity.name,
    main_user_id: entity.responsibleId,
    element_type: TYPE_OF_KIND[entity.kind],
    ...(entity.kind === 'leads' && {
      price: entity.price,
      status: entity.stageId,
      pipeline_id: entity.pipelineId,
    }),
  };
}

/**
 * What `self.get_accounts_current()` answers without a request. Public widgets read its members directly, and below `account`.
 * @param {Record<string, unknown>} params of the widget: its settings and what the page says of it
 */
export function currentAccount(params) {
  const account = {
    .../** @type {Record<string, unknown>} */ (constants().account),
    users: boot.people.map(({ id, name, login }) => ({ id, name, login })),
    widget: params,
  };
  return { ...account, account };
}
