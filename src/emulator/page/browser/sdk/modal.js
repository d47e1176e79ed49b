// @ts-check
/**
 * `lib/components/base/modal`: the dialog Kommo gives to widgets
 * (https://www.amocrm.ru/developers/content/web_sdk/system_modules). A constructor: call it with `new`.
 */

import { h, icon } from '../core/dom.js';
import { log } from '../core/log.js';
import { $ } from '../core/page.js';
import { text } from '../core/texts.js';
import { widgetString } from '../core/widget-strings.js';

/**
 * @typedef {object} ModalOptions
 * @property {string} [class_name]
 * @property {(this: KommoModal, $body: JQuery) => void} [init]
 * @property {() => unknown} [destroy] returning false keeps the dialog open
 * @property {string | JQuery | Element} [container]
 * @property {boolean} [disable_overlay_click]
 * @property {boolean} [disable_escape_keydown]
 * @property {boolean} [disable_enter_keydown]
 * @property {boolean} [disable_cancel_click]
 * @property {boolean} [default_overlay]
 * @property {string} [focus_element]
 * @property {boolean} [can_centrify]
 */

/**
 * @typedef {object} KommoModal
 * @property {ModalOptions} options
 * @property {JQuery} $el
 * @property {JQuery} $modal
 * @property {JQuery} $modal_body
 * @property {() => boolean} destroy
 * @property {(text: string, done?: unknown, timeoutMs?: number) => void} showSuccess
 * @property {(text: string, canRetry?: boolean) => void} showError
 * @property {(text: string, canRetry?: boolean) => void} _showError
 */

let opened = 0;

/** @returns {new (options?: ModalOptions) => KommoModal} */
export function createModalClass() {
  /**
   * @this {KommoModal}
   * @param {ModalOptions} [options]
   */
  function Modal(options = {}) {
    const namespace = `.emulator_modal_${++opened}`;
    const body = h('div', {
      class: 'modal-body modal-body-relative',
      role: 'dialog',
      tabindex: '-1',
    });
    const element = h('div', { class: `modal modal-list ${options.class_name ?? ''}` }, [
      h(
        'div',
        {
          class: `modal-scroller custom-scroll${options.default_overlay ? ' default-overlay' : ''}`,
        },
        body,
      ),
    ]);
    const container = $(/** @type {string} */ (options.container ?? document.body));
    container.append(element);
    log('host', 'Modal', 'opened', { class_name: options.class_name });

    this.options = options;
    this.$el = $(element);
    this.$modal = this.$el;
    this.$modal_body = $(body);
    let closed = false;
    this.destroy = () => {
      if (closed) return true;
      if (options.destroy && options.destroy.call(this) === false) return false;
      closed = true;
      $(document).off(namespace);
      this.$el.remove();
      log('host', 'Modal', 'closed');
      return true;
    };
    this.showSuccess = (
      /** @type {string} */ message,
      /** @type {unknown} */ _done,
      timeoutMs = 2000,
    ) => {
      show(this, message, 'modal-body__success');
      window.setTimeout(() => this.destroy(), timeoutMs);
    };
    this.showError = (/** @type {string} */ message, canRetry = false) => {
      show(this, message, 'modal-body__error');
      if (canRetry)
        this.$modal_body.append(h('button', { class: 'button-input js-modal-try-again' }, 'OK'));
    };
    this._showError = this.showError;

    this.$modal_body.on('modal:loaded', () => addCross(body));
    // `modal:loaded` comes before the content in the documented order, so `html()` puts the cross back.
    this.$modal_body.on('modal:centrify', () => addCross(body));
    this.$el.on('click', (event) => {
      const target = $(event.target);
      // One option of the vendor's table turns off the cross and the overlay together.
      if (options.disable_cancel_click) return;
      const isOverlay = event.target === element || target.hasClass('modal-scroller');
      const isCross = target.closest('.modal-body__close, .js-modal-close').length > 0;
      const isCancel = target.closest('.js-modal-cancel, .button-cancel').length > 0;
      if ((isOverlay && !options.disable_overlay_click) || isCross || isCancel) this.destroy();
    });
    $(document).on(`keydown${namespace}`, (event) => {
      if (event.key === undefined && event.originalEvent === undefined) return;
      // A list that is open in it closes first.
      if (event.isDefaultPrevented()) return;
      const key = /** @type {KeyboardEvent} */ (event.originalEvent).key;
      if (key === 'Escape' && !options.disable_escape_keydown) {
        event.stopImmediatePropagation();
        this.destroy();
      }
      if (
        key === 'Enter' &&
        !options.disable_enter_keydown &&
        !$(event.target).is('textarea, button, a')
      ) {
        this.$modal_body.find('.js-modal-accept').first().trigger('click');
      }
    });
    options.init?.call(this, this.$modal_body);
    const focus = options.focus_element ?? '.js-modal-accept';
    const target = body.querySelector(focus);
    if (target instanceof HTMLElement) target.focus();
    else body.focus();
  }
  return /** @type {never} */ (Modal);
}

/** @param {HTMLElement} body */
function addCross(body) {
  if (body.querySelector('.modal-body__close')) return;
  const cross = h(
    'button',
    { type: 'button', class: 'modal-body__close', 'aria-label': text('close') },
    [h('span', { class: 'icon icon-modal-close' }, icon('M6 6l12 12M18 6L6 18', 18))],
  );
  body.prepend(cross);
}

/**
 * @param {KommoModal} modal
 * @param {string} message
 * @param {string} className
 */
function show(modal, message, className) {
  const words = widgetString('modal: showSuccess, showError', message);
  modal.$modal_body.html('').append(h('p', { class: className, role: 'status' }, words));
  addCross(/** @type {HTMLElement} */ (modal.$modal_body[0]));
}
