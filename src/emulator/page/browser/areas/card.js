// @ts-check
/** Cards of leads, contacts, companies and customers: fields, feed, widgets' column, and a widget's own tab (`card_sdk`). */
import { h } from '../core/dom.js';
import { errorText, log } from '../core/log.js';
import { $, boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { cardContacts, messageSources } from '../sdk/card-hooks.js';
import { call } from '../sdk/run.js';
import { drawShell } from '../shell/shell.js';
import { widgetColumn } from '../shell/widget-column.js';
import { contactsBlock, drawContacts } from './card-contacts.js';
import { cardFields } from './card-fields.js';
import { drawCardTab } from './card-tab.js';

export function drawCard() {
  const entity = boot.entity;
  if (!entity) return;
  const holder = drawShell(entity.name, [], { isCard: true });
  const fields = h(
    'section',
    { class: 'card-fields', id: 'card_fields', 'aria-label': text('card') },
    [
      h('div', { class: 'card-tabs js-card-tabs', role: 'tablist' }),
      h('div', { class: 'card-fields__pane', id: 'card_main' }, [
        cardFields(entity),
        contactsBlock(),
        leadsBlock(entity),
      ]),
    ],
  );
  const feed = h(
    'section',
    { class: 'card-feed card-holder__feed js-card-feed', 'aria-label': text('feed') },
    [
      h(
        'div',
        { class: 'card-feed__notes notes-wrapper__notes' },
        h('p', { class: 'card-feed__note' }, `${text('created_by')} ${boot.user.name}`),
      ),
      h('div', { class: 'card-feed__compose feed-compose js-card-compose' }),
    ],
  );
  holder.append(h('div', { class: 'card card_entity' }, [fields, feed, widgetColumn(true)]));
  drawContacts();
  drawSources();
  $(document).off('emulator:actions emulator:sources');
  $(document).on('emulator:actions', drawContacts);
  $(document).on('emulator:sources', drawSources);
}

/** @param {import('../types.d.ts').Widget | undefined} widget */
export function runCard(widget) {
  if (!widget) return;
  $(document).off('emulator:source-sent');
  $(document).on(
    'emulator:source-sent',
    (_event, /** @type {unknown} */ params) => void call(widget, 'onSource', [params]),
  );
  drawCardTab(widget);
}

/**
 * Leads of a contact or a company, with Kommo's button for one more.
 * @param {import('../types.d.ts').Entity} entity
 */
function leadsBlock({ kind, id }) {
  if (kind !== 'contacts' && kind !== 'companies') return undefined;
  const leads = boot.entities.filter(
    (one) =>
      one.kind === 'leads' &&
      (kind === 'contacts' ? one.contactIds.includes(id) : one.companyId === id),
  );
  const add = h(
    'button',
    { type: 'button', class: 'card-leads__quick-add card-sdk__found' },
    text('fastAdd'),
  );
  add.addEventListener('click', () => log('page', 'card', 'Kommo adds a lead here'));
  return h('div', { class: 'card-leads' }, [
    ...leads.map((lead) =>
      h(
        'a',
        { class: 'card-leads__item list-row__link', href: `/leads/detail/${lead.id}` },
        lead.name,
      ),
    ),
    add,
  ]);
}
/** A button for each source the widget registered; it sends a message as Kommo's compose field does. */
function drawSources() {
  const control = h('div', { class: 'card-feed__source js-source-control' });
  document
    .querySelector('.js-card-compose')
    ?.replaceChildren(
      h('p', { class: 'card-feed__hint' }, text('writeTo')),
      ...messageSources().map((source) => sourceButton(source, control)),
      control,
    );
}

/**
 * @param {ReturnType<typeof messageSources>[number]} source
 * @param {HTMLElement} control where a source other than `sms` draws
 */
function sourceButton(source, control) {
  const button = h(
    'button',
    { type: 'button', class: 'button-input js-message-source', 'data-type': source.type },
    source.label,
  );
  button.addEventListener('click', async () => {
    if (source.type !== 'sms') {
      control.replaceChildren();
      log('callback', `add_source:${source.type}`, 'chosen by the user');
      source.send($(control));
      return;
    }
    const [contact] = cardContacts();
    const params = {
      phone: contact?.phones[0] ?? '',
      message: text('sampleMessage'),
      contact_id: contact?.id,
    };
    try {
      const value = await source.send(params);
      log('callback', `add_source:${source.type}`, 'resolved', { params, value });
      $(document).trigger('emulator:source-sent', [params]);
    } catch (reason) {
      // The page's sample rejects without a reason when its server did not send.
      const error = errorText(reason);
      log('callback', `add_source:${source.type}`, 'rejected: not sent', { params, error });
    }
  });
  return button;
}
