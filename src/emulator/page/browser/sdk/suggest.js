// @ts-check
/** The control `suggest`: an input with a list of matches, from its own items or a server. */
import { escapeHtml } from '../core/dom.js';
import { log, warn } from '../core/log.js';
import { $ } from '../core/page.js';

export function bindSuggest() {
  $(document).on('input', '.js-control--suggest--input', (event) => {
    const $suggest = $(event.currentTarget).closest('.control--suggest');
    const typed = String($(event.currentTarget).val()).toLowerCase();
    $suggest.find('.control--suggest--list--item').each((_index, item) => {
      $(item).toggleClass('hidden', !$(item).text().toLowerCase().includes(typed));
    });
    $suggest.addClass('control--suggest-open');
  });
  $(document).on('input', '.js-control--suggest--input-ajax', (event) => {
    void ask($(event.currentTarget));
  });
  $(document).on('click', '.control--suggest--list--item', (event) => {
    const $item = $(event.currentTarget);
    const $suggest = $item.closest('.control--suggest').removeClass('control--suggest-open');
    $suggest
      .find('.control--suggest--input')
      .val($item.text().trim())
      .attr('data-value-id', $item.attr('data-value-id') ?? '')
      .trigger('controls:change')
      .trigger('change');
  });
}

/**
 * Asks `data-url` with `data-params`, in which `#q#` stands for the typed text. Public code shows the request; the
 * answer, a list of objects with an id and a text, is an assumption.
 * @param {JQuery} $input
 */
async function ask($input) {
  const url = String($input.attr('data-url') ?? '');
  const typed = String($input.val());
  const params = String($input.attr('data-params') ?? '').replaceAll(
    '#q#',
    encodeURIComponent(typed),
  );
  const $suggest = $input.closest('.control--suggest');
  try {
    const items = await $.ajax({ url, data: params, dataType: 'json' });
    // A slow answer to an older text must not replace a newer one.
    if (String($input.val()) !== typed) return;
    $suggest.find('.control--suggest--list').html(asList(items).map(itemHtml).join(''));
    $suggest.addClass('control--suggest-open');
    log('page', 'suggest', `${url} answered`, { items });
  } catch (failed) {
    const { status } = /** @type {{ status?: number }} */ (failed);
    warn('suggest', `suggest: ${url} answered ${status ?? 'nothing'}`);
  }
}

/** @typedef {{ id?: unknown, value?: unknown, text?: unknown, option?: unknown, name?: unknown }} SuggestItem */

/** @param {unknown} answer @returns {SuggestItem[]} */
function asList(answer) {
  if (Array.isArray(answer)) return answer;
  const inner = /** @type {{ results?: unknown, items?: unknown } | null} */ (answer);
  const list = inner?.results ?? inner?.items;
  return Array.isArray(list) ? list : [];
}

/** @param {SuggestItem} item */
function itemHtml(item) {
  const label = escapeHtml(String(item.text ?? item.value ?? item.option ?? item.name ?? ''));
  return `<div class="control--suggest--list--item" data-value-id="${escapeHtml(String(item.id ?? ''))}"><span class="control--suggest--list--item-inner" title="${label}">${label}</span></div>`;
}
