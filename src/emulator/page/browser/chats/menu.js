// @ts-check
/** A small menu under a button: arrow keys, Escape, and the focus goes back to where it came from. */
import { h } from '../core/dom.js';

/**
 * @typedef {object} Choice
 * @property {string} label
 * @property {string} [show] what is seen, where the label is only for screen readers
 * @property {boolean} [isChecked] makes it a choice that is on or off
 * @property {() => void} run
 */

/** @type {(() => void) | undefined} */
let closeOpen;

/**
 * @param {HTMLButtonElement} button
 * @param {string} label of the menu
 * @param {() => Choice[]} choices asked for when it opens
 */
export function attachMenu(button, label, choices) {
  button.setAttribute('aria-haspopup', 'menu');
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => {
    if (button.getAttribute('aria-expanded') === 'true') closeOpen?.();
    else open(button, label, choices());
  });
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} label
 * @param {Choice[]} choices
 */
function open(button, label, choices) {
  closeOpen?.();
  const isShort = choices.every(({ show }) => show !== undefined && show.length <= 4);
  const menu = h('div', {
    class: `menu${isShort ? ' menu_row' : ''}`,
    role: 'menu',
    'aria-label': label,
    tabindex: -1,
  });
  const items = choices.map((choice) => {
    const { label: name, show, isChecked } = choice;
    const item = h(
      'button',
      {
        type: 'button',
        class: 'menu__item',
        role: isChecked === undefined ? 'menuitem' : 'menuitemcheckbox',
        'aria-checked': isChecked === undefined ? undefined : String(isChecked),
        'aria-label': show === undefined ? undefined : name,
        tabindex: -1,
      },
      show ?? name,
    );
    item.addEventListener('click', () => {
      close();
      choice.run();
    });
    return item;
  });
  menu.append(...items);
  document.body.append(menu);
  place(menu, button);
  button.setAttribute('aria-expanded', 'true');

  /** @param {Event} event */
  const leave = (event) => {
    const target = /** @type {Node} */ (event.target);
    if (!menu.contains(target) && !button.contains(target)) close(false);
  };
  const leaveSilently = () => close(false);
  function close(isReturning = true) {
    document.removeEventListener('pointerdown', leave);
    window.removeEventListener('resize', leaveSilently);
    menu.remove();
    button.setAttribute('aria-expanded', 'false');
    closeOpen = undefined;
    if (isReturning) button.focus();
  }
  closeOpen = close;
  document.addEventListener('pointerdown', leave);
  window.addEventListener('resize', leaveSilently);
  menu.addEventListener('keydown', (event) => onKey(event, items, close));
  items[0]?.focus();
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement[]} items
 * @param {() => void} close
 */
function onKey(event, items, close) {
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const count = items.length;
  /** @type {Record<string, number>} */
  const moves = {
    ArrowDown: at + 1,
    ArrowRight: at + 1,
    ArrowUp: at - 1 + count,
    ArrowLeft: at - 1 + count,
    Home: 0,
    End: count - 1,
  };
  const to = moves[event.key];
  if (event.key === 'Escape' || event.key === 'Tab') close();
  else if (to !== undefined) items[to % count]?.focus();
  else return;
  if (event.key !== 'Tab') event.preventDefault();
  event.stopPropagation();
}

/**
 * Beside its button, and always inside the window.
 * @param {HTMLElement} menu
 * @param {HTMLElement} button
 */
function place(menu, button) {
  const from = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(from.left, window.innerWidth - width - 8));
  const isBelow = from.bottom + height + 8 <= window.innerHeight;
  const top = isBelow ? from.bottom + 4 : Math.max(8, from.top - height - 4);
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}
