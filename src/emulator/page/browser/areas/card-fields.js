// @ts-check
/**
 * The fields of a card, in the markup that published widgets select. What is typed is in the card's model; it is not saved.
 */
import { cardAttributes } from '../core/card-attributes.js';
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { legalEntityField } from './legal-entity.js';

/** @typedef {import('../types.d.ts').Entity} Entity */

/** How inputs of an entity begin their names. @type {Record<string, string>} */
const INPUT_NAMES = {
  leads: 'lead',
  contacts: 'contact',
  companies: 'company',
  customers: 'customer',
};

/** @param {Entity} entity */
export function cardFields(entity) {
  const prefix = INPUT_NAMES[entity.kind] ?? entity.kind;
  const form = h('form', { id: 'edit_card', class: 'card-entity-form', autocomplete: 'off' }, [
    h('input', { type: 'hidden', name: 'ID', value: entity.id }),
    h('input', { type: 'hidden', name: 'MAIN_ID', value: entity.id }),
    h('div', { class: 'card-entity-form__inner' }, [
      h('div', { class: 'card-entity-form__top' }, [
        h(
          'div',
          { class: 'card-top-name' },
          fieldInput(text('name'), `${prefix}[NAME]`, entity.name, 'card-top-name__input'),
        ),
        entity.stage !== undefined && stageField(entity),
      ]),
      h(
        'div',
        {
          class:
            'card-entity-form__main-fields card-fields__fields-block card-cf-table-main-entity js-card-main-fields',
        },
        [
          entity.price !== undefined &&
            fieldRow(
              text('price'),
              [
                fieldInput(text('price'), `${prefix}[PRICE]`, String(entity.price), 'js-budget'),
                h('span', { class: 'linked-form__field__unit' }, boot.account.currency),
              ],
              { className: 'linked-form__field-price', inputId: 'lead_card_budget' },
            ),
          fieldRow(text('responsible'), [h('span', {}, responsible(entity))], {
            className: 'linked-form__field_reassign',
          }),
          ...ownFields(entity),
          entity.kind === 'contacts' && h('div', { class: 'js-card-own-values' }),
          entity.kind === 'companies' && legalEntityField(),
        ],
      ),
    ]),
  ]);
  form.addEventListener('submit', (event) => event.preventDefault());
  return form;
}

/** @param {Entity} entity */
function responsible(entity) {
  return boot.people.find(({ id }) => id === entity.responsibleId)?.name ?? '';
}

/** Types of fields that the card draws elsewhere: phones and addresses, legal entities. */
const OWN_ROWS = ['multitext', 'legal_entity'];

/**
 * The account's own fields of this kind of cards, empty ones too.
 * @param {Entity} entity
 */
function ownFields(entity) {
  const attributes = cardAttributes(entity);
  return boot.fields
    .filter(({ owner, type }) => owner === entity.kind && !OWN_ROWS.includes(type))
    .map((field) => {
      const name = `CFV[${field.id}]`;
      const typed = attributes[name];
      const content =
        typed !== undefined && field.enums.length === 0
          ? [fieldInput(field.name, name, String(typed))]
          : chosenValues(entity, field.id, attributes);
      return fieldRow(field.name, content, { id: field.id });
    });
}

/**
 * What is chosen from a list: its text, and the inputs that hold the numbers.
 * @param {Entity} entity
 * @param {number} id
 * @param {Record<string, unknown>} attributes
 */
function chosenValues(entity, id, attributes) {
  const values = entity.fields.find((one) => one.id === id)?.values ?? [];
  const inputs = Object.entries(attributes).filter(([name]) => name.startsWith(`CFV[${id}]`));
  return [
    h('span', {}, values.map(({ value }) => String(value)).join(', ')),
    ...inputs.map(([name, value]) =>
      h('input', { type: 'hidden', name, value: String(value), class: 'linked-form__cf' }),
    ),
  ];
}

/**
 * @param {string} label
 * @param {import('../core/dom.js').Child[]} content
 * @param {{ id?: number, className?: string, inputId?: string }} [options]
 */
function fieldRow(label, content, { id, className = '', inputId } = {}) {
  const row = h('div', { class: `linked-form__field ${className}`.trim(), 'data-id': id }, [
    h('div', { class: 'linked-form__field__label' }, h('span', { title: label }, label)),
    h('div', { class: 'linked-form__field__value' }, content),
  ]);
  const input = row.querySelector('input');
  if (inputId && input) {
    input.id = inputId;
    // Its unit stands beside it.
    input.size = input.value.length;
  }
  return row;
}

/**
 * @param {string} label
 * @param {string} name
 * @param {string} value
 * @param {string} [className]
 */
export function fieldInput(label, name, value, className = '') {
  return h('input', {
    type: 'text',
    class: `linked-form__cf text-input ${className}`.trim(),
    name,
    value,
    'aria-label': label,
  });
}

/**
 * Where the lead is in its pipeline: the stages it has passed are coloured.
 * @param {Entity} entity
 */
function stageField({ stage: name = '', stageId, pipelineId }) {
  const stages = boot.pipelines.find(({ id }) => id === pipelineId)?.stages ?? [];
  const at = stages.findIndex(({ id }) => id === stageId);
  const color = stages[at]?.color ?? '';
  return h(
    'div',
    {
      class:
        'linked-form__field linked-form__field_status linked-form__field_status-lead card-stage',
    },
    h('div', { class: 'linked-form__field__value' }, [
      h(
        'p',
        {
          id: 'card_status_view_mode',
          class: 'card-stage__name',
          'data-pipeline-id': pipelineId,
          'data-status-id': stageId,
        },
        `${text('stage')}: ${name}`,
      ),
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
    ]),
  );
}
