// @ts-check
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { contactAction } from './card-contacts.js';

/**
 * One row of a list.
 * @param {import('../types.d.ts').Entity} entity
 */
export function listRow(entity) {
  const tick = h('input', {
    type: 'checkbox',
    class: 'js-list-tick',
    id: `tick_${entity.id}`,
    'aria-label': entity.name,
  });
  const address = entity.kind === 'todo' ? undefined : `/${entity.kind}/detail/${entity.id}`;
  return h('tr', { class: 'list-row js-list-row', 'data-id': entity.id }, [
    h(
      'td',
      { class: 'list-row__cell list-row__cell-id list__cell-tick' },
      h('span', { class: 'control-checkbox' }, tick),
    ),
    cell(
      'name',
      address
        ? h('a', { href: address, class: 'list-row__link js-navigate-link' }, entity.name)
        : entity.name,
    ),
    cell('contacts', contactsOf(entity)),
    entity.stage !== undefined &&
      cell(
        'status',
        h(
          'span',
          { class: 'list__stage', style: `--stage-color:${stageColor(entity)}` },
          entity.stage,
        ),
      ),
    entity.price !== undefined &&
      cell('price', `${entity.price} ${boot.account.currency}`, ' list__cell-number'),
  ]);
}

/**
 * @param {string} code
 * @param {import('../core/dom.js').Child} content
 * @param {string} [className]
 */
function cell(code, content, className = '') {
  return h(
    'td',
    { class: `list-row__cell js-list-row__cell${className}`, 'data-field-code': code },
    content,
  );
}

/** @param {import('../types.d.ts').Entity} entity */
function contactsOf(entity) {
  const names = boot.entities.filter(
    ({ kind, id }) => kind === 'contacts' && entity.contactIds.includes(id),
  );
  return [...entity.phones, ...entity.emails, ...names.map(({ name }) => name)].join(', ');
}

/** @param {import('../types.d.ts').Entity} entity */
function stageColor({ pipelineId, stageId }) {
  const stages = boot.pipelines.find(({ id }) => id === pipelineId)?.stages ?? [];
  return stages.find(({ id }) => id === stageId)?.color ?? '';
}

/** The list of contacts dials and writes as their cards do, once a widget has offered it. */
export function offerContactActions() {
  for (const { id, phones, emails } of boot.entities.filter(({ kind }) => kind === 'contacts')) {
    const place = document.querySelector(
      `.js-list-row[data-id="${id}"] [data-field-code=contacts]`,
    );
    const offered = [
      ...phones.map((phone) => contactAction('phone', phone)),
      ...emails.map((email) => contactAction('email', email)),
    ];
    place?.append(...offered.filter((one) => one !== undefined));
  }
}
