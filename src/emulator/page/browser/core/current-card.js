// @ts-check
/**
 * `APP.data.current_card`: the open card as widgets read it
 * (https://www.amocrm.ru/developers/content/web_sdk/env_variables documents id and model, public widgets show the rest).
 */
import { backbone } from './backbone.js';
import { cardAttributes } from './card-attributes.js';
import { TYPE_OF_KIND } from './element-types.js';
import { log } from './log.js';
import { $, boot } from './page.js';

/** @typedef {import('../types.d.ts').Entity} Entity */

/** @param {Entity} entity */
export function currentCard(entity) {
  const model = cardModel(entity);
  const changes = { has_changes: false };
  follow(model, changes);
  const formModels = new (backbone().Collection)(linkedCards(entity).map(cardModel));
  return {
    id: entity.id,
    element_type: TYPE_OF_KIND[entity.kind],
    main_user: entity.responsibleId,
    new_card: entity.id === 0,
    model,
    changes,
    linked_forms: {
      form_models: formModels,
      form_views: formModels.models.map((one) => ({
        model: one,
        card_id: one.get('ID'),
        get $el() {
          return $('#contacts_list');
        },
      })),
    },
    form: {
      model,
      get $el() {
        return $('#card_fields');
      },
    },
    get $el() {
      return $('#page_holder');
    },
    get $name() {
      return $('#person_n');
    },
    getPipelineId: () => entity.pipelineId ?? 0,
    save: () => log('host', 'APP.data.current_card.save', 'called; the emulated card is not saved'),
    reload: () => log('host', 'APP.data.current_card.reload', 'called'),
  };
}

/** @param {Entity} entity */
function cardModel(entity) {
  const attributes = cardAttributes(entity);
  const model = new (backbone().Model)(attributes);
  return Object.assign(model, {
    element_type: TYPE_OF_KIND[entity.kind],
    // What is saved; the attributes have what is typed.
    defaults: { ...attributes },
    /** @param {number | string} id of a field that may have several values */
    getCFKeysById: (id) =>
      Object.keys(model.attributes).filter((name) => name.startsWith(`CFV[${id}]`)),
  });
}

/**
 * Contacts and the company in the card, the main contact first.
 * @param {Entity} entity
 */
function linkedCards(entity) {
  const contacts = entity.contactIds.flatMap((id) => find('contacts', id));
  return [...contacts, ...(entity.companyId === null ? [] : find('companies', entity.companyId))];
}

/**
 * @param {Entity['kind']} kind
 * @param {number} id
 */
function find(kind, id) {
  return boot.entities.filter((one) => one.kind === kind && one.id === id);
}

/**
 * The model holds what is typed, saved or not.
 * @param {import('./backbone.js').Model} model
 * @param {{ has_changes: boolean }} changes
 */
function follow(model, changes) {
  $(document)
    .off('.emulator_card')
    .on('input.emulator_card change.emulator_card', '[name]', (event) => {
      const { name, value } = /** @type {HTMLInputElement} */ (event.currentTarget);
      if (!model.has(name) || model.get(name) === value) return;
      model.set(name, value);
      changes.has_changes = true;
    });
}
