// @ts-check
/** The control `suggest`: an input with a list of matches, from its own items or a server. */
import { escapeHtml } from '../core/dom.js';
import { log, warn } from '../core/log.js';
import { $ } from '../core/page.js';

const ITEM = '.control--suggest--list--item';

export function bindSuggest() {
  const $document = $(document);
  $document.on('input', '.js-control--suggest--input', (event) => {
    const $suggest = $(event.currentTarget).closest('.control--suggest');
    showMatching($suggest, String($(event.currentTarget).val()));
  });
  $document.on('click', '.control--suggest--down-btn', (event) => {
    const $suggest = $(event.currentTarget).closest('.control--suggest');
    if ($suggest.find('input').prop('disabled')) return;
    const isOpen = $suggest.hasClass('control--suggest-open');
    if (isOpen) close($suggest);
    else showMatching($suggest, '');
  });
  $document.on('input', '.js-control--suggest--input-ajax', (event) => {
    void ask($(event.currentTarget));
  });
  $document.on('click', ITEM, (event) => choose($(event.currentTarget)));
  $document.on('click', (event) => {
    const $inside = $(event.target).closest('.control--suggest');
    close($('.control--suggest-open').not($inside));
  });
  $document.on('keydown', '.control--suggest', onKey);
}

/** @param {JQuery.KeyDownEvent} event */
function onKey(event) {
  const $suggest = $(event.currentTarget);
  const $input = $suggest.find('.control--suggest--input');
  const isOpen = $suggest.hasClass('control--suggest-open');
  if (event.key === 'Escape' && isOpen) {
    event.preventDefault();
    close($suggest);
    $input.trigger('focus');
  }
  const $items = $suggest.find(`${ITEM}:not(.hidden)`);
  const at = $items.index(/** @type {HTMLElement} */ (document.activeElement));
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    if (!isOpen) showMatching($suggest, '');
    if (event.key === 'ArrowUp' && at <= 0) $input.trigger('focus');
    else
      $items
        .eq(event.key === 'ArrowDown' ? Math.min(at + 1, $items.length - 1) : at - 1)
        .trigger('focus');
  }
  if (event.key === 'Enter' && at >= 0) {
    event.preventDefault();
    choose($items.eq(at));
    $input.trigger('focus');
  }
}

/**
 * Opens the list with the items that have the text in them.
 * @param {JQuery} $suggest
 * @param {string} typed
 */
function showMatching($suggest, typed) {
  $suggest.find(ITEM).each((_index, item) => {
    const isMatch = $(item).text().toLowerCase().includes(typed.toLowerCase());
    $(item).toggleClass('hidden', !isMatch);
  });
  $suggest.addClass('control--suggest-open');
}

/** @param {JQuery} $suggest */
function close($suggest) {
  $suggest.removeClass('control--suggest-open');
}

/** @param {JQuery} $item */
function choose($item) {
  const $suggest = $item.closest('.control--suggest');
  close($suggest);
  for (const other of $suggest.find(ITEM).toArray()) {
    const isChosen = $item.is(other);
    $(other)
      .toggleClass('control--suggest--list--item-selected', isChosen)
      .attr('aria-selected', String(isChosen));
  }
  $suggest
    .find('.control--suggest--input')
    .val($item.text().trim())
    .attr('data-value-id', $item.attr('data-value-id') ?? '')
    .trigger('controls:change')
    .trigger('change');
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
  return `<li class="control--suggest--list--item" data-value-id="${escapeHtml(String(item.id ?? ''))}" role="option" tabindex="-1" aria-selected="false"><span class="control--suggest--list--item-inner" title="${label}">${label}</span></li>`;
}
