// @ts-check
/** The controls `select` and `pipeline_select`: a button, the list it opens, and the hidden input with the value. */
import { $ } from '../core/page.js';

export function bindSelects() {
  const $document = $(document);
  $document.on('click', '.control--select--button', (event) => {
    event.preventDefault();
    const $select = $(event.currentTarget).closest('.control--select');
    setOpen($select, !$select.hasClass('control--select-open'));
  });
  $document.on('click', '.control--select--list--item', (event) => choose($(event.currentTarget)));
  $document.on('keydown', '.control--select', onKey);
  $document.on('click', (event) => {
    const $inside = $(event.target).closest('.control--select');
    setOpen($('.control--select-open').not($inside), false);
  });
}

/** @param {JQuery.KeyDownEvent} event */
function onKey(event) {
  const $select = $(event.currentTarget);
  const $button = $select.find('.control--select--button');
  if ($button.prop('disabled')) return;
  const $items = $select.find('.control--select--list--item:not([data-disabled])');
  const at = $items.index(/** @type {HTMLElement} */ (document.activeElement));
  if (event.key === 'Escape' && $select.hasClass('control--select-open')) {
    event.preventDefault();
    setOpen($select, false);
    $button.trigger('focus');
  }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    setOpen($select, true);
    const next =
      event.key === 'ArrowDown' ? Math.min(at + 1, $items.length - 1) : Math.max(at - 1, 0);
    $items.eq(next).trigger('focus');
  }
  if ((event.key === 'Enter' || event.key === ' ') && at >= 0) {
    event.preventDefault();
    choose($items.eq(at));
    $button.trigger('focus');
  }
}

/** @param {JQuery} $select @param {boolean} isOpen */
function setOpen($select, isOpen) {
  $select.toggleClass('control--select-open', isOpen);
  $select.find('.control--select--button').attr('aria-expanded', String(isOpen));
}

/** @param {JQuery} $item */
function choose($item) {
  if ($item.attr('data-disabled')) return;
  const $select = $item.closest('.control--select');
  const value = String($item.attr('data-value') ?? '');
  $item.addClass('control--select--list--item-selected').attr('aria-selected', 'true');
  $item
    .siblings()
    .removeClass('control--select--list--item-selected')
    .attr('aria-selected', 'false');
  $select
    .find('.control--select--button')
    .attr('data-value', value)
    .find('.control--select--button-inner')
    .html($item.find('.control--select--list--item-inner').html());
  setOpen($select, false);
  $select
    .find('.control--select--input')
    .val(value)
    .trigger('controls:change')
    .trigger('controls:change:visual')
    .trigger('change');
}
