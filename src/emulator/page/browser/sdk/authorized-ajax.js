// @ts-check
/**
 * `self.$authorizedAjax`: jQuery's ajax with the disposable token of the current user in `X-Auth-Token`
 * (https://developers.kommo.com/docs/one-time-tokens). A real cross-origin request with a real preflight.
 */

import { log, warn } from '../core/log.js';
import { $, boot, switchValue } from '../core/page.js';

/** Kommo reportedly reuses a token for 25 minutes before it fetches another. */
const CACHE_MS = 25 * 60 * 1000;
/** Kommo's checklist forbids calls in loops; more than this many of the same within the window count as one. */
const LOOP_CALLS = 10;
const LOOP_MS = 5000;

/**
 * Simultaneous calls share it, too.
 * @type {{ token: JQuery.Promise<string>, fetchedAt: number } | undefined}
 */
let cached;
/** @type {{ at: number, what: string }[]} */
let recentCalls = [];

/**
 * @param {JQueryAjaxSettings} options everything `$.ajax` takes
 * @returns {JQuery.Promise<unknown>} compatible with jqXHR: done, fail, always, then, success-side properties, abort
 */
export function authorizedAjax(options) {
  watchForLoops(`${options.method ?? options.type ?? 'GET'} ${address(options.url)}`);
  const settings = { ...options };
  const context = options.context ?? settings;
  const deferred = $.Deferred();
  /** @type {JQuery.jqXHR | undefined} */
  let inner;
  let isAborted = false;
  const result = deferred.promise();

  fetchToken().then(
    (token) => {
      if (isAborted) return;
      inner = $.ajax({ ...settings, headers: { ...options.headers, 'X-Auth-Token': token } });
      const request = inner;
      request.then(
        (data, status) => {
          copyState(request);
          deferred.resolveWith(context, [data, status, request]);
        },
        (_request, status, error) => {
          copyState(request);
          deferred.rejectWith(context, [request, status, error]);
        },
      );
    },
    (failed) => deferred.rejectWith(context, [failed, 'error', failed.statusText]),
  );

  // What a promise lacks of jqXHR, so that code written for $.ajax works.
  Object.assign(result, {
    readyState: 0,
    status: 0,
    abort(/** @type {string} */ text) {
      isAborted = true;
      if (inner) inner.abort(text);
      else deferred.rejectWith(context, [result, 'abort', text ?? 'abort']);
      return result;
    },
    success: result.done,
    error: result.fail,
    complete: result.always,
    getResponseHeader: (/** @type {string} */ name) => inner?.getResponseHeader(name) ?? null,
    getAllResponseHeaders: () => inner?.getAllResponseHeaders() ?? '',
    setRequestHeader: () => result,
  });

  /** @param {JQuery.jqXHR} request */
  function copyState(request) {
    const { readyState, status, statusText, responseText } = request;
    const { responseJSON } = request;
    Object.assign(result, { readyState, status, statusText, responseText, responseJSON });
    log(
      'host',
      '$authorizedAjax',
      `${settings.type ?? settings.method ?? 'GET'} ${address(settings.url)}`,
      { status },
    );
  }
  return result;
}

/** @returns {JQuery.Promise<string>} rejected with the token request's own jqXHR */
function fetchToken() {
  const mayReuse = switchValue('disposableTokenCache') !== 'fresh each time';
  if (mayReuse && cached && Date.now() - cached.fetchedAt < CACHE_MS) return cached.token;
  const token = requestToken();
  cached = { token, fetchedAt: Date.now() };
  // The next call asks again after a failure.
  token.fail(() => {
    cached = undefined;
  });
  return token;
}

/** @returns {JQuery.Promise<string>} */
function requestToken() {
  const ready = $.Deferred();
  $.ajax({
    url: `/ajax/v2/integrations/${boot.widget?.integration.uuid}/disposable_token`,
    dataType: 'json',
    cache: false,
  }).then(
    (answer) => ready.resolve(answer.token),
    (failed) => {
      log('host', '$authorizedAjax', 'no token', {
        status: failed.status,
        detail: failed.responseJSON?.detail,
      });
      ready.reject(failed);
    },
  );
  return ready.promise();
}

/** @param {string} what method and address: different calls in quick succession are not a loop */
function watchForLoops(what) {
  const now = Date.now();
  recentCalls = [...recentCalls.filter(({ at }) => now - at < LOOP_MS), { at: now, what }];
  if (recentCalls.filter((call) => call.what === what).length > LOOP_CALLS) {
    warn(
      '$authorizedAjax',
      `$authorizedAjax in a loop (more than ${LOOP_CALLS} calls in 5 s): moderation refuses`,
    );
  }
}

/** @param {string | undefined} url without its query, which may carry a secret */
function address(url) {
  return (url ?? '').split('?')[0] ?? '';
}
