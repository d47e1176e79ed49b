// @ts-check
/** The contacts in a card: a form each, with their phones and addresses, and the widget's action for each of those. */
import { h } from '../core/dom.js';
import { log } from '../core/log.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { actionFor, cardContacts } from '../sdk/card-hooks.js';
import { chooseTexts, lookUp, manifestText } from '../sdk/i18n.js';
import { fieldInput } from './card-fields.js';

export function contactsBlock() {
  return h(
    'div',
    { class: 'card-fields__linked-block js-linked_elements_wrapper' },
    h('div', { id: 'contacts_list', class: 'card-contacts js-card-contacts' }),
  );
}

/** Draws them anew, for example when a widget registers an action. A contact has its own values among its fields. */
export function drawContacts() {
  const own = document.querySelector('.js-card-own-values');
  if (own) own.replaceChildren(...cardContacts().flatMap(valueRows));
  else
    document
      .querySelector('.js-card-contacts')
      ?.replaceChildren(...cardContacts().map(contactForm));
}

/** @param {ReturnType<typeof cardContacts>[number]} contact */
function valueRows(contact) {
  return [
    ...contact.phones.map((value) => valueRow('phone', value)),
    ...contact.emails.map((value) => valueRow('email', value)),
  ];
}

/** @param {ReturnType<typeof cardContacts>[number]} contact */
function contactForm(contact) {
  const name = fieldInput(
    text('name'),
    'contact[NAME]',
    contact.name,
    'js-linked-name-view js-form-changes-skip',
  );
  const form = h(
    'form',
    { class: 'linked-form linked-forms__item js-linked-item', 'data-id': contact.id },
    [
      h('input', { type: 'hidden', name: 'ID', value: contact.id }),
      h('div', { class: 'linked-form__field linked-form__field-name' }, [
        h(
          'div',
          { class: 'linked-form__field__value-name' },
          h(
            'a',
            {
              class:
                'linked-form__field__link linked-form__field__link_name js-linked-name-control',
              href: `/contacts/detail/${contact.id}`,
            },
            contact.name,
          ),
        ),
        h('div', { class: 'hidden' }, name),
      ]),
      ...valueRows(contact),
    ],
  );
  form.addEventListener('submit', (event) => event.preventDefault());
  return form;
}

/**
 * @param {'phone' | 'email'} type
 * @param {string} value
 */
function valueRow(type, value) {
  const className =
    type === 'phone' ? 'control-phone__formatted js-form-changes-skip' : 'control--suggest--input';
  const input = fieldInput(value, '', value, `js-linked-pei ${className}`);
  input.removeAttribute('name');
  input.readOnly = true;
  input.dataset.type = type;
  input.dataset.peiCode = type;
  return h('div', { class: `linked-form__field linked-form__field-pei ${type}_wrapper` }, [
    h(
      'div',
      { class: 'linked-form__field__value js-linked-with-actions js-linked-has-value' },
      h(
        'div',
        {
          class: type === 'phone' ? 'js-control-phone control-phone' : 'control-wrapper',
          'data-pei-code': type,
        },
        input,
      ),
    ),
    contactAction(type, value),
  ]);
}

/**
 * What `add_action` offers beside a phone or an address.
 * @param {'phone' | 'email'} type
 * @param {string} value
 */
export function contactAction(type, value) {
  const action = actionFor(type);
  if (!action) return undefined;
  const texts = chooseTexts().texts;
  const label = lookUp(texts, 'widget.call_action');
  const name =
    typeof label === 'string' ? label : manifestText(texts, boot.widget?.manifest?.widget.name);
  const button = h(
    'button',
    {
      type: 'button',
      class: 'card-contacts__action js-contact-action',
      'data-type': type,
      'aria-label': `${name}: ${value}`,
    },
    name,
  );
  button.addEventListener('click', () => {
    log('callback', `add_action:${type}`, 'chosen by the user', { value });
    action({ value });
  });
  return button;
}
