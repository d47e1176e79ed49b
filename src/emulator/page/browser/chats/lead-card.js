// @ts-check
/** The card beside a chat: its lead, where it stands, and the contact. */
import { h } from '../core/dom.js';
import { avatar } from './chat-list.js';

/** @typedef {import('../../chats/views.ts').Feed} Feed */

const card = h('aside', { class: 'card', 'aria-label': 'Lead' });
let drawn = '';

export function leadCard() {
  return card;
}

/** @param {Feed | null} feed */
export function showCard(feed) {
  const shown = feed && { lead: feed.lead, contact: feed.contact, source: feed.source };
  const key = JSON.stringify(shown);
  if (key === drawn) return;
  drawn = key;
  card.replaceChildren(...(shown ? parts(shown) : []));
}

/** @param {Pick<Feed, 'lead' | 'contact' | 'source'>} feed */
function parts({ lead, contact, source }) {
  return [
    h('section', { class: 'card__part' }, [
      h('h2', {}, lead ? lead.name : 'No lead'),
      lead ? stage(lead) : h('p', { class: 'card__hint' }, 'This chat has no lead yet.'),
      lead && list([['Number', `#${lead.id}`]]),
    ]),
    h('section', { class: 'card__part' }, [
      h('h3', {}, 'Contact'),
      h('p', { class: 'card__person' }, [
        avatar(contact.name, contact.avatar),
        h('span', {}, contact.name),
      ]),
      list([
        ['Phone', contact.phone],
        ['E-mail', contact.email],
        ['Source', source],
      ]),
    ]),
  ];
}

/** @param {NonNullable<Feed['lead']>} lead */
function stage({ pipeline, status, color, isIncoming }) {
  const dot = h('span', { class: 'card__dot' });
  dot.style.background = color;
  return h('div', { class: 'card__stage' }, [
    h('span', { class: 'card__pipeline' }, pipeline),
    h('span', { class: 'card__status' }, [dot, status]),
    isIncoming && h('span', { class: 'tag' }, 'Incoming lead'),
  ]);
}

/** @param {[string, string][]} rows */
function list(rows) {
  const known = rows.filter(([, value]) => value !== '');
  return h(
    'dl',
    { class: 'card__list' },
    known.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
  );
}
