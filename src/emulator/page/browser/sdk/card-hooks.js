// @ts-check
/** What a widget adds to cards and lists: phone and e-mail actions, message sources, the selected rows. */
import { markRow } from '../core/current-list.js';
import { log } from '../core/log.js';
import { $, boot } from '../core/page.js';

/** @type {Map<string, (data: { value: string }) => void>} */
const actions = new Map();
/** @type {{ type: string, send: (params: unknown) => unknown, label: string }[]} */
const sources = [];
/** @type {Set<number>} */
const selected = new Set();

/**
 * @param {string} type `phone` or `email`
 * @param {(data: { value: string }) => void} action
 */
export function registerAction(type, action) {
  actions.set(type === 'e-mail' ? 'email' : type, action);
  $(document).trigger('emulator:actions');
}

/** @param {string} type */
export function actionFor(type) {
  return actions.get(type);
}

/**
 * @param {string} type
 * @param {(params: unknown) => unknown} send
 * @param {string} [label]
 */
export function registerSource(type, send, label) {
  sources.push({ type, send, label: label ?? type });
  $(document).trigger('emulator:sources');
}

export function messageSources() {
  return sources;
}

/** @param {number} id @param {boolean} isSelected */
export function selectRow(id, isSelected) {
  if (isSelected) selected.add(id);
  else selected.delete(id);
  markRow(id, isSelected);
}

/** A list is drawn anew, with no row ticked. */
export function forgetSelection() {
  selected.clear();
}

/**
 * The answer of `self.list_selected()`: false outside lists; both documented shapes in one object. Phones and addresses are
 * those of the contacts, of a lead or a customer those of the contacts linked to it
 * (https://www.amocrm.ru/developers/content/web_sdk/list).
 */
export function selectedRows() {
  if (!boot.area.endsWith('list')) return false;
  const rows = boot.entities.filter(
    (entity) => entity.kind === listKind() && selected.has(entity.id),
  );
  const items = rows.map((row) => ({
    id: row.id,
    type: typeWord(row.kind),
    // Those of a lead or a customer are those of its contacts.
    emails: withContacts(row).flatMap(({ emails }) => emails),
    phones: withContacts(row).flatMap(({ phones }) => phones),
  }));
  return {
    count_selected: items.length,
    selected: items,
    summary: {
      items: items.length,
      emails: items.reduce((sum, item) => sum + item.emails.length, 0),
      phones: items.reduce((sum, item) => sum + item.phones.length, 0),
    },
  };
}

/** The rows of the open list are of this kind. */
function listKind() {
  /** @type {Record<string, string>} */
  const kinds = { llist: 'leads', clist: 'contacts', culist: 'customers', tlist: 'todo' };
  return kinds[boot.area];
}

/** @param {import('../types.d.ts').Entity} row */
function withContacts(row) {
  const { contactIds } = row;
  return [
    row,
    ...boot.entities.filter(({ kind, id }) => kind === 'contacts' && contactIds.includes(id)),
  ];
}

/** @param {string} kind */
function typeWord(kind) {
  /** @type {Record<string, string>} */
  const words = {
    leads: 'lead',
    contacts: 'contact',
    companies: 'company',
    customers: 'customer',
    todo: 'todo',
  };
  return words[kind] ?? kind;
}

/** The contacts of the open card. */
export function cardContacts() {
  const card = boot.entity;
  if (!card) return [];
  const contacts =
    card.kind === 'contacts'
      ? [card]
      : card.contactIds.flatMap((id) =>
          boot.entities.filter((one) => one.kind === 'contacts' && one.id === id),
        );
  return contacts.map((contact) => ({
    id: contact.id,
    name: contact.name,
    first_name: contact.name.split(' ')[0] ?? '',
    last_name: contact.name.split(' ').slice(1).join(' '),
    phones: contact.phones,
    emails: contact.emails,
  }));
}

/** Forgets what a widget registered when it leaves the area. */
export function clearCardHooks() {
  actions.clear();
  sources.length = 0;
  log('page', 'area', 'registered actions and sources dropped');
}
