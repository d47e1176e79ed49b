// @ts-check
/** What the modal of an account's own integration shows beside the description: tabs, keys, access. */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { text } from '../core/texts.js';
import { pagePost } from '../sdk/page-request.js';

/** @typedef {import('../types.d.ts').WidgetBoot} WidgetBoot */

/** @param {WidgetBoot} widget */
export function integrationTabs(widget) {
  const bar = tabs();
  const keys = keysPane(widget);
  bar.querySelector('#key')?.addEventListener('change', () => void showCode(widget, keys));
  return [bar, keys, accessPane()];
}

function tabs() {
  const names = [
    ['description', 'description'],
    ['key', 'keys'],
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

/**
 * The secret key, the id and the authorisation code, in this order: scripts that log in for their user count the blocks
 * and read `data-clipboard-text`.
 * @param {WidgetBoot} widget
 */
function keysPane({ integration }) {
  return h('div', { class: 'view-integration-modal__keys hidden' }, [
    // Kommo shows the key here, where every script of the page can read it.
    param('secret', integration.secret, 'js-secret'),
    param('integrationId', integration.uuid, 'js-integration-id'),
    param('authorizationCode', '', 'js-authorization-code'),
  ]);
}

/**
 * @param {string} name of the caption's text
 * @param {string} value
 * @param {string} className
 */
function param(name, value, className) {
  const shown = h('p', { class: className, title: value }, value);
  const copy = h(
    'button',
    {
      type: 'button',
      class: 'view-integration-modal__copy',
      'aria-label': `${text('copy')}: ${text(name)}`,
      'data-clipboard-text': value,
    },
    text('copy'),
  );
  copy.addEventListener(
    'click',
    () => void navigator.clipboard?.writeText(copy.dataset.clipboardText ?? ''),
  );
  return h('div', { class: 'view-integration-modal__params-block' }, [
    h('p', { class: 'view-integration-modal__caption' }, text(name)),
    shown,
    copy,
  ]);
}

/**
 * Asked for only when somebody looks: each one would be good for an exchange.
 * @param {WidgetBoot} widget
 * @param {HTMLElement} keys
 */
async function showCode(widget, keys) {
  const shown = keys.querySelector('.js-authorization-code');
  const copy = shown?.nextElementSibling;
  if (!shown || !copy) return;
  if (widget.install.status === 'install' || !boot.user.isAdmin) {
    shown.textContent = text('noCode');
    return;
  }
  const answer = await pagePost(
    `/ajax/v2/integrations/${widget.integration.uuid}/authorization_code`,
  );
  const code = String(answer.code);
  shown.setAttribute('title', code);
  shown.textContent = code;
  copy.setAttribute('data-clipboard-text', code);
}

function accessPane() {
  return h('div', { class: 'view-integration-modal__access hidden' }, [
    h('p', {}, `${text('granted')} ${boot.account.name} (${boot.account.domain})`),
  ]);
}
