// @ts-check
import { h } from '../core/dom.js';

/** The choice of who sends: a user of the account, or its Salesbot. */
export class SendingMenu {
  element;
  #select;

  /**
   * @param {{ id: string, name: string }[]} senders
   * @param {string} chosen
   */
  constructor(senders, chosen) {
    this.#select = h(
      'select',
      { class: 'sender', 'aria-label': 'Send as' },
      senders.map(({ id, name }) => h('option', { value: id, selected: id === chosen }, name)),
    );
    this.element = h('div', { class: 'composer__sender' }, this.#select);
  }

  get value() {
    return this.#select.value;
  }
}
