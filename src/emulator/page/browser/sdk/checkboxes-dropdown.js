// @ts-check
/**
 * The control `checkboxes_dropdown`: a list of check boxes behind a title that says which are ticked. Behaviour as
 * observed in Kommo's interface; what a tick of "Select all" triggers, too.
 */
import { $ } from '../core/page.js';
import { text } from '../core/texts.js';
import { dropdownTitle } from './dropdown-title.js';
import { titleHtml } from './twig-extensions.js';

const ITEMS = '.js-item-checkbox';
const MASTERS = '.js-master-checkbox';

export function bindDropdowns() {
  const $document = $(document);
  $document.on('click', '.checkboxes_dropdown__title_wrapper', (event) => {
    const $title = $(event.currentTarget);
    // Its label sends a second click to the box in it.
    if ($(event.target).closest('.js-master-checkbox-wrapper').length > 0) return;
    if ($title.hasClass('js-checkboxes_dropdown_disabled')) return;
    const $dropdown = $title.closest('.checkboxes_dropdown');
    setOpen($dropdown, !$dropdown.hasClass('expanded'));
  });
  $document.on('click', (event) => {
    const $inside = $(event.target).closest('.checkboxes_dropdown');
    setOpen($('.checkboxes_dropdown.expanded').not($inside), false);
  });
  $document.on('keydown', '.checkboxes_dropdown', onKey);
  $document.on('change', `.checkboxes_dropdown ${ITEMS}`, (event) => {
    const $dropdown = $(event.currentTarget).closest('.checkboxes_dropdown');
    showTitle($dropdown);
    $(event.currentTarget).trigger('controls:change');
  });
  $document.on('change', `.checkboxes_dropdown ${MASTERS}`, (event) => {
    const isTicked = /** @type {HTMLInputElement} */ (event.currentTarget).checked;
    $(event.currentTarget)
      .closest('.checkboxes_dropdown')
      .find(`${ITEMS}:not([readonly]):not(:disabled)`)
      .prop('checked', isTicked)
      .trigger('change');
  });
}

/** @param {JQuery.KeyDownEvent} event */
function onKey(event) {
  const $dropdown = $(event.currentTarget);
  const $title = $dropdown.find('.checkboxes_dropdown__title-selected');
  const isTitle = $title.is(event.target);
  const isOpen = $dropdown.hasClass('expanded');
  if (event.key === 'Escape' && isOpen) {
    event.preventDefault();
    setOpen($dropdown, false);
    $title.trigger('focus');
  }
  if (isTitle && (event.key === 'Enter' || event.key === ' ')) {
    event.preventDefault();
    $title.trigger('click');
  }
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  if ($title.attr('aria-disabled')) return;
  event.preventDefault();
  setOpen($dropdown, true);
  const $boxes = $dropdown.find('.checkboxes_dropdown__list input');
  const at = $boxes.index(/** @type {HTMLElement} */ (event.target));
  const next = event.key === 'ArrowDown' ? Math.min(at + 1, $boxes.length - 1) : at - 1;
  if (next < 0) $title.trigger('focus');
  else $boxes.eq(next).trigger('focus');
}

/** @param {JQuery} $dropdown @param {boolean} isOpen */
function setOpen($dropdown, isOpen) {
  if ($dropdown.length === 0) return;
  $dropdown.toggleClass('expanded checkboxes_dropdown_index', isOpen);
  $dropdown.find('.checkboxes_dropdown__title-selected').attr('aria-expanded', String(isOpen));
  $dropdown
    .find('.checkboxes_dropdown__list')
    .trigger(`controls:checkboxes_dropdown:${isOpen ? 'open' : 'hide'}`);
}

/** @param {JQuery} $dropdown */
function showTitle($dropdown) {
  const $items = $dropdown.find(ITEMS);
  const $ticked = $items.filter(':checked');
  const labels = $ticked
    .toArray()
    .map((input) => $(input).closest('.control-checkbox').find('.control-checkbox__text').html());
  const $title = $dropdown.find('.checkboxes_dropdown__title');
  const before = $title.find('[data-title-before]').attr('data-title-before');
  const parts = dropdownTitle(
    labels,
    $items.length,
    {
      empty: $title.attr('data-title-empty'),
      numeral: $title.attr('data-numeral'),
      showsValues: $title.attr('data-shows-values') === 'Y',
    },
    text,
  );
  $title.html(titleHtml(parts, before));
  const isSome = $ticked.length > 0 && $ticked.length < $items.length;
  const $masters = $dropdown.find(MASTERS);
  $masters.prop('checked', $ticked.length > 0);
  $masters.closest('.control-checkbox').toggleClass('is-checked', $ticked.length > 0);
  $masters.next('.control-checkbox__helper').toggleClass('control-checkbox__helper_minus', isSome);
  $dropdown.find('.js-select-all-text').text(text($ticked.length > 0 ? 'selectNone' : 'selectAll'));
}
