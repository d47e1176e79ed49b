// @ts-check
/** `lib/components/base/confirm` and the page's own question before disabling a widget. */
import { h } from '../core/dom.js';
import { text } from '../core/texts.js';
import { widgetString } from '../core/widget-strings.js';
import { createModalClass } from './modal.js';

/**
 * @typedef {object} ConfirmOptions
 * @property {string} [text]
 * @property {string} [header]
 * @property {string} [accept_text]
 * @property {string} [decline_text]
 * @property {string} [class_name]
 * @property {() => void} [accept]
 * @property {() => void} [decline]
 */

export function createConfirm() {
  const Modal = createModalClass();
  /** @param {ConfirmOptions} options */
  return function Confirm(options) {
    return new Modal({
      class_name: `modal-confirm js-modal-confirm ${options.class_name ?? ''}`,
      init($body) {
        const heading = options.header ?? options.text ?? '';
        const content = h('div', { class: 'modal-body__inner' }, [
          h('h2', { class: 'modal-body__caption head_2' }, shown(heading)),
          options.header && options.text
            ? h('p', { class: 'modal-body__text' }, shown(options.text))
            : null,
        ]);
        const accept = button(
          'modal-body__actions__save js-modal-accept button-input_blue',
          options.accept_text ?? text('confirm'),
        );
        const decline = button(
          'button-cancel js-modal-cancel',
          options.decline_text ?? text('cancel'),
        );
        accept.addEventListener('click', () => {
          this.destroy();
          options.accept?.();
        });
        decline.addEventListener('click', () => options.decline?.());
        content.append(h('div', { class: 'modal-body__actions' }, [accept, decline]));
        $body.trigger('modal:loaded').append(content).trigger('modal:centrify');
        $body.attr('aria-label', heading);
      },
    });
  };
}

/**
 * @param {string} className
 * @param {string} label
 */
function button(className, label) {
  return h('button', { type: 'button', class: `button-input ${className}` }, [
    h(
      'span',
      { class: 'button-input-inner' },
      h('span', { class: 'button-input-inner__text' }, shown(label)),
    ),
  ]);
}

/** @param {string} value */
function shown(value) {
  return widgetString('confirm: header, text, buttons', value);
}
