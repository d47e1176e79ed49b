// @ts-check
/**
 * Behaviour of Kommo's controls: selects that open, check boxes that mark their label, buttons that load. Bound once to
 * the document, because widgets draw controls at any time.
 */

import { log } from '../core/log.js';
import { $ } from '../core/page.js';
import { bindSuggest } from './suggest.js';

export function bindControls() {
  bindButtons();
  bindTicks();
  bindSelects();
  bindDropdownLists();
  bindSuggest();
  bindFiles();
}

/** The custom events that host code listens to on `.button-input` (K-script, official sample). */
function bindButtons() {
  const $document = $(document);
  $document.on('button:load:start', '.button-input', (event) => {
    record(event);
    const $button = $(event.currentTarget);
    $button.addClass('button-input-loading').attr('aria-busy', 'true');
    if ($button.find('.button-input__spinner').length === 0) {
      $button.append(
        '<span class="button-input__spinner"><span class="button-input__spinner__icon spinner-icon"></span></span>',
      );
    }
  });
  $document.on('button:load:stop', '.button-input', (event) => {
    record(event);
    stopLoading($(event.currentTarget));
  });
  $document.on('button:save:enable button:enable', '.button-input', (event) => {
    record(event);
    const $button = $(event.currentTarget);
    $button
      .removeClass('button-input-disabled button-input_saved button-input_error')
      .removeAttr('aria-disabled');
    if ($button.is('.js-widget-save')) $button.addClass('button-input_blue');
  });
  $document.on('button:save:disable button:disable', '.button-input', (event) => {
    record(event);
    stopLoading($(event.currentTarget));
    $(event.currentTarget)
      .removeClass('button-input_blue')
      .addClass('button-input-disabled')
      .attr('aria-disabled', 'true');
  });
  $document.on('button:save:error', '.button-input', (event) => {
    record(event);
    stopLoading($(event.currentTarget));
    $(event.currentTarget).addClass('button-input_error');
  });
}

/** @param {JQuery.TriggeredEvent} event */
function record(event) {
  log(
    'event',
    `${event.type}${event.namespace ? `:${event.namespace}` : ''}`,
    event.currentTarget.id || event.currentTarget.className,
  );
}

/** @param {JQuery} $button */
function stopLoading($button) {
  $button
    .removeClass('button-input-loading')
    .removeAttr('aria-busy')
    .find('.button-input__spinner')
    .remove();
}

function bindTicks() {
  $(document).on('change', '.control-checkbox input', (event) => {
    const input = /** @type {HTMLInputElement} */ (event.currentTarget);
    $(input).closest('.control-checkbox').toggleClass('is-checked', input.checked);
  });
  $(document).on('change', '.control-radio input', (event) => {
    const input = /** @type {HTMLInputElement} */ (event.currentTarget);
    $(`input[name="${CSS.escape(input.name)}"]`)
      .closest('.control-radio')
      .removeClass('icon-radio-checked');
    $(input).closest('.control-radio').addClass('icon-radio-checked');
  });
  $(document).on('change', '.switcher__checkbox', (event) => {
    const input = /** @type {HTMLInputElement} */ (event.currentTarget);
    $(`label.switcher[for="${CSS.escape(input.id)}"]`)
      .toggleClass('switcher__on', input.checked)
      .toggleClass('switcher__off', !input.checked);
  });
}

function bindSelects() {
  const $document = $(document);
  $document.on('click', '.control--select--button', (event) => {
    event.preventDefault();
    const $select = $(event.currentTarget).closest('.control--select');
    if ($select.find('.control--select--input').prop('disabled')) return;
    setOpen($select, !$select.hasClass('control--select-open'));
  });
  $document.on('click', '.control--select--list--item', (event) => choose($(event.currentTarget)));
  $document.on('keydown', '.control--select', (event) => {
    const $select = $(event.currentTarget);
    const $items = $select.find('.control--select--list--item');
    const at = $items.index(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === 'Escape' && $select.hasClass('control--select-open')) {
      event.preventDefault();
      setOpen($select, false);
      $select.find('.control--select--button').trigger('focus');
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
      $select.find('.control--select--button').trigger('focus');
    }
  });
  $document.on('click', (event) => {
    const $inside = $(event.target).closest('.control--select');
    setOpen($('.control--select-open').not($inside), false);
  });
}

/** @param {JQuery} $select @param {boolean} isOpen */
function setOpen($select, isOpen) {
  $select.toggleClass('control--select-open', isOpen);
  $select.find('.control--select--button').attr('aria-expanded', String(isOpen));
}

/** @param {JQuery} $item */
function choose($item) {
  const $select = $item.closest('.control--select');
  const label = $item.find('.control--select--list--item-inner').text();
  $item.addClass('control--select--list--item-selected').attr('aria-selected', 'true');
  $item
    .siblings()
    .removeClass('control--select--list--item-selected')
    .attr('aria-selected', 'false');
  $select.find('.control--select--button-inner').text(label);
  setOpen($select, false);
  const $input = $select.find('.control--select--input');
  $input
    .val(String($item.attr('data-value') ?? ''))
    .trigger('controls:change')
    .trigger('controls:change:visual')
    .trigger('change');
}

/** Check boxes behind one button: `checkboxes_dropdown` and `multiselect`. */
function bindDropdownLists() {
  $(document).on('click', '.checkboxes_dropdown__title_wrapper', (event) => {
    const $dropdown = $(event.currentTarget).closest('.checkboxes_dropdown');
    const isOpen = !$dropdown.hasClass('expanded');
    $dropdown
      .toggleClass('expanded', isOpen)
      .find('.checkboxes_dropdown__title_wrapper')
      .attr('aria-expanded', String(isOpen));
  });
  $(document).on('keydown', '.checkboxes_dropdown.expanded', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    $(event.currentTarget)
      .find('.checkboxes_dropdown__title_wrapper')
      .trigger('click')
      .trigger('focus');
  });
  $(document).on('change', '.checkboxes_dropdown input[type=checkbox]', (event) => {
    const $dropdown = $(event.currentTarget).closest('.checkboxes_dropdown');
    const chosen = $dropdown
      .find('input:checked')
      .toArray()
      .map((input) => $(input).attr('data-value') ?? '');
    const empty = $dropdown.attr('data-title-empty') ?? '';
    $dropdown
      .find('.checkboxes_dropdown__title')
      .text(chosen.length > 0 ? chosen.join(', ') : empty);
    $dropdown.trigger('controls:change');
  });
}

function bindFiles() {
  $(document).on('change', '.control--file input[type=file]', (event) => {
    const files = /** @type {HTMLInputElement} */ (event.currentTarget).files;
    $(event.currentTarget)
      .closest('.control--file')
      .find('.control--file--name')
      .text(files?.[0]?.name ?? '');
  });
}
