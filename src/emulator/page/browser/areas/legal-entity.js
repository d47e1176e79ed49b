// @ts-check
/**
 * A field of the type legal entity in the card of a company. The typed text is looked up by functions that widgets put
 * into `APP.widgets.legal_handlers` (https://www.amocrm.ru/developers/content/web_sdk/card).
 */
import { h } from '../core/dom.js';
import { errorText, log, warn } from '../core/log.js';
import { text } from '../core/texts.js';

/** @typedef {{ name?: string, address?: string, [member: string]: unknown }} LegalEntity */

export function legalEntityField() {
  const input = h('input', {
    class: 'text-input js-legal-entity',
    'aria-label': text('legalEntity'),
    placeholder: text('legalEntity'),
  });
  const found = h('ul', { class: 'card-sdk__list js-legal-found' });
  input.addEventListener('change', async () => {
    const entities = await lookUpEntities(input.value);
    found.replaceChildren(
      ...entities.map((entity) => {
        const choose = h(
          'button',
          { type: 'button', class: 'card-sdk__found' },
          [entity.name, entity.address].filter(Boolean).join(', '),
        );
        choose.addEventListener('click', () => {
          input.value = String(entity.name ?? '');
          found.replaceChildren();
          log('page', 'legal entity', 'chosen', entity);
        });
        return h('li', {}, choose);
      }),
    );
  });
  return h('div', { class: 'card-sdk' }, [input, found]);
}

/**
 * @param {string} query what a handler is given is not documented; this is an assumption
 * @returns {Promise<LegalEntity[]>}
 */
async function lookUpEntities(query) {
  const { widgets } =
    /** @type {{ widgets: { legal_handlers: ((data: object) => PromiseLike<unknown>)[] } }} */ (
      window.APP
    );
  const answers = await Promise.all(
    widgets.legal_handlers.map(async (handler) => {
      try {
        return await handler({ query });
      } catch (error) {
        warn('legal_handlers', `a legal handler failed. ${errorText(error)}`);
        return [];
      }
    }),
  );
  return answers.flatMap((answer) => (Array.isArray(answer) ? answer : []));
}
