// @ts-check
/**
 * Behaviour of Kommo's controls, bound once to the document, because widgets draw controls at any time: whoever renders
 * one and puts it into the page has a working one (https://developers.kommo.com/docs/native-form-controls).
 */
import { $ } from '../core/page.js';
import { bindButtons } from './buttons.js';
import { bindDropdowns } from './checkboxes-dropdown.js';
import { bindSelects } from './select.js';
import { bindSuggest } from './suggest.js';

export function bindControls() {
  bindButtons();
  bindTicks();
  bindSelects();
  bindDropdowns();
  bindSuggest();
  bindDates();
}

function bindTicks() {
  $(document).on('change', '.control-checkbox input', (event) => {
    const input = /** @type {HTMLInputElement} */ (event.currentTarget);
    $(input).closest('.control-checkbox').toggleClass('is-checked', input.checked);
  });
  $(document).on('change', '.switcher__checkbox', (event) => {
    const input = /** @type {HTMLInputElement} */ (event.currentTarget);
    $(`label.switcher[for="${CSS.escape(input.id)}"]`)
      .toggleClass('switcher__on', input.checked)
      .toggleClass('switcher__off', !input.checked);
  });
}

/** A range is typed as two dates (`30.07.2020-31.07.2020`); forms send each under a name of its own. */
function bindDates() {
  $(document).on('change', '.date_field', (event) => {
    const $input = $(event.currentTarget);
    const value = String($input.val() ?? '').trim();
    $input.toggleClass('empty', value === '');
    if (!$input.hasClass('range')) return;
    const [from = '', to = ''] = value.split('-').map((part) => part.trim());
    const $field = $input.closest('.date_field_wrapper');
    $field.find('.date_field__range_0').val(from);
    $field.find('.date_field__range_1').val(to);
  });
}
