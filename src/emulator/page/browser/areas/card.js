// @ts-check
/** Cards of leads, contacts, companies and customers: fields, feed, widgets' column, and a widget's own tab (`card_sdk`). */
import { h } from '../core/dom.js';
import { log } from '../core/log.js';
import { $, boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { actionFor, cardContacts, messageSources } from '../sdk/card-hooks.js';
import { chooseTexts, lookUp, manifestText } from '../sdk/i18n.js';
import { call } from '../sdk/run.js';
import { drawShell } from '../shell/shell.js';
import { widgetColumn } from '../shell/widget-column.js';
import { drawCardTab } from './card-tab.js';
import { legalEntityField } from './legal-entity.js';

export function drawCard() {
  const entity = boot.entity;
  if (!entity) return;
  const holder = drawShell(entity.name);
  const fields = h(
    'section',
    { class: 'card-fields', id: 'card_fields', 'aria-label': text('card') },
    [
      entity.stage !== undefined && stageBar(entity),
      h('div', { class: 'card-tabs js-card-tabs', role: 'tablist' }),
      h('div', { class: 'card-fields__pane', id: 'card_main' }, [
        row(text('name'), entity.name),
        entity.price !== undefined &&
          row(text('price'), `${entity.price} ${boot.account.currency}`),
        row(text('responsible'), responsibleName(entity)),
        entity.kind === 'companies' && legalEntityField(),
        h('div', { class: 'card-contacts js-card-contacts' }),
      ]),
    ],
  );
  const feed = h('section', { class: 'card-feed', 'aria-label': text('feed') }, [
    h(
      'div',
      { class: 'card-feed__notes' },
      h('p', { class: 'card-feed__note' }, `${text('created_by')} ${boot.user.name}`),
    ),
    h('div', { class: 'card-feed__compose js-card-compose' }),
  ]);
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

/** @param {import('../types.d.ts').Entity} entity */
function responsibleName({ responsibleId }) {
  return boot.people.find(({ id }) => id === responsibleId)?.name ?? '';
}

/**
 * Where the lead is in its pipeline: the stages it has passed are coloured.
 * @param {import('../types.d.ts').Entity} entity
 */
function stageBar({ stage: name = '', stageId, pipelineId }) {
  const stages = boot.pipelines.find(({ id }) => id === pipelineId)?.stages ?? [];
  const at = stages.findIndex(({ id }) => id === stageId);
  const color = stages[at]?.color ?? '';
  return h('div', { class: 'card-stage' }, [
    h('p', { class: 'card-stage__name' }, `${text('stage')}: ${name}`),
    h(
      'div',
      { class: 'card-stage__bar', 'aria-hidden': 'true' },
      stages.map((_stage, index) =>
        h('span', {
          class: 'card-stage__step',
          style: index <= at ? `background:${color}` : undefined,
        }),
      ),
    ),
  ]);
}

/**
 * @param {string} label
 * @param {string} value
 */
function row(label, value) {
  return h('div', { class: 'linked-form__field' }, [
    h('div', { class: 'linked-form__field__label' }, label),
    h('div', { class: 'linked-form__field__value' }, value),
  ]);
}

/** Phones and addresses of the card's contacts, each with the widget's action if one is registered. */
function drawContacts() {
  const place = document.querySelector('.js-card-contacts');
  place?.replaceChildren(
    ...cardContacts().flatMap((contact) => [
      h('div', { class: 'card-contacts__name' }, contact.name),
      ...contact.phones.map((value) => contactValue('phone', value)),
      ...contact.emails.map((value) => contactValue('email', value)),
    ]),
  );
}

/**
 * @param {'phone' | 'email'} type
 * @param {string} value
 */
function contactValue(type, value) {
  const action = actionFor(type);
  if (!action) return h('div', { class: 'card-contacts__value' }, value);
  const label = lookUp(chooseTexts().texts, 'widget.call_action');
  const button = h(
    'button',
    { type: 'button', class: 'card-contacts__action js-contact-action', 'data-type': type },
    [
      `${typeof label === 'string' ? label : manifestText(chooseTexts().texts, boot.widget?.manifest?.widget.name)}: ${value}`,
    ],
  );
  button.addEventListener('click', () => {
    log('callback', `add_action:${type}`, 'chosen by the user', { value });
    action({ value });
  });
  return h('div', { class: 'card-contacts__value' }, button);
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
    const value = await source.send(params);
    log('callback', `add_source:${source.type}`, 'resolved', { params, value });
    $(document).trigger('emulator:source-sent', [params]);
  });
  return button;
}
