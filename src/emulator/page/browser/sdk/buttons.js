// @ts-check
/** Buttons: the custom events that host code listens to on `.button-input`, and what is not a button but acts as one. */
import { log } from '../core/log.js';
import { $ } from '../core/page.js';

const SPINNER =
  '<span class="button-input__spinner"><span class="button-input__spinner__icon spinner-icon"></span></span>';

/** The events as on https://developers.kommo.com/docs/button and in the vendor's own widget. */
export function bindButtons() {
  const $document = $(document);
  $document.on('button:load:start', '.button-input', (event) => {
    record(event);
    const $button = $(event.currentTarget);
    $button.addClass('button-input-loading').attr('aria-busy', 'true');
    if ($button.find('.button-input__spinner').length === 0) $button.append(SPINNER);
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
  bindMenus();
  bindPressedSpans();
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

/** The menu of a button with the parameter `context_menu`. */
function bindMenus() {
  const $document = $(document);
  $document.on('click', '.button-input-with-menu', (event) => {
    const $wrapper = $(event.currentTarget).closest('.button-input-wrapper');
    openMenu($wrapper, !$wrapper.hasClass('button-input-wrapper_open'));
  });
  $document.on('click', (event) => {
    const $inside = $(event.target).closest('.button-input-with-menu').parent();
    openMenu($('.button-input-wrapper_open').not($inside), false);
  });
  $document.on('keydown', '.button-input-wrapper_open', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    openMenu($(event.currentTarget), false);
    $(event.currentTarget).find('.button-input-with-menu').trigger('focus');
  });
}

/** @param {JQuery} $wrapper @param {boolean} isOpen */
function openMenu($wrapper, isOpen) {
  $wrapper
    .toggleClass('button-input-wrapper_open', isOpen)
    .find('.button-input-with-menu')
    .attr('aria-expanded', String(isOpen));
}

/** Kommo draws some buttons as other elements; here the keyboard presses them, too. */
function bindPressedSpans() {
  $(document).on('keydown', '.button-delete, .button-input__context-menu__item__inner', (event) => {
    const isLink = event.currentTarget instanceof HTMLAnchorElement;
    if (isLink || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (event.currentTarget).click();
  });
}
