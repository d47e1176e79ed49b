// @ts-check
/** What the modal of an account's own integration shows beside the description: tabs, keys, access. */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';

/** @typedef {import('../types.d.ts').WidgetBoot} WidgetBoot */

/** @param {WidgetBoot} widget */
export function integrationTabs(widget) {
  return [tabs(), keysPane(widget), accessPane()];
}

function tabs() {
  const names = [
    ['description', 'description'],
    ['keys', 'keys'],
    ['access', 'access'],
  ];
  return h('div', { class: 'view-integration-modal__tabs' }, [
    h(
      'div',
      { class: 'tabs' },
      names.flatMap(([id = '', key = ''], index) => [
        h('input', {
          type: 'radio',
          name: 'type_integration_modal',
          id,
          value: id,
          class: 'tabs__radio',
          checked: index === 0,
        }),
        h('label', { class: `tabs__item view-integration-modal__tab-${id}`, for: id }, text(key)),
      ]),
    ),
  ]);
}

/** @param {WidgetBoot} widget */
function keysPane(widget) {
  return h('div', { class: 'view-integration-modal__keys hidden' }, [
    h('p', { class: 'view-integration-modal__caption' }, text('integrationId')),
    h('p', { class: 'js-integration-id', title: widget.integration.uuid }, widget.integration.uuid),
    h('p', { class: 'view-integration-modal__caption' }, text('secret')),
    // Kommo shows the key here, where every script of the page can read it.
    h(
      'p',
      { class: 'js-secret', title: widget.integration.secret },
      `${widget.integration.secret.slice(0, 6)}…`,
    ),
  ]);
}

function accessPane() {
  return h('div', { class: 'view-integration-modal__access hidden' }, [
    h('p', {}, `${text('granted')} ${boot.account.name} (${boot.account.domain})`),
  ]);
}
