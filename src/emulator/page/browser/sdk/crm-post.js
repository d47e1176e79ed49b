// @ts-check
/**
 * `self.crm_post`: a POST that Kommo's server makes for the widget, like `jQuery.post`, at most one per second
 * (https://www.amocrm.ru/developers/content/integrations/script_js, .../web_sdk/mechanics).
 */

import { log } from '../core/log.js';
import { $ } from '../core/page.js';

const INTERVAL_MS = 1000;
/** Of these types the callback hears every answer, a failure's too; of the others a success only. */
const ALWAYS_CALLED = new Set(['text', 'html']);

let lastStart = -INTERVAL_MS;
/** The tail of the queue: each call starts after the one before it. */
let queue = Promise.resolve();

/**
 * @param {string} url
 * @param {object | string} [data] sent as a form
 * @param {(answer: unknown, status: string, request: JQuery.jqXHR) => void} [done]
 * @param {'text' | 'html' | 'json' | 'xml' | 'script' | 'jsonp'} [type]
 * @param {(request: JQuery.jqXHR, status: string, error: string) => void} [failed]
 */
export function crmPost(url, data, done, type = 'text', failed) {
  queue = queue.then(async () => {
    const wait = lastStart + INTERVAL_MS - performance.now();
    if (wait > 0) await new Promise((resolve) => window.setTimeout(resolve, wait));
    lastStart = performance.now();
    log('host', 'crm_post', url.split('?')[0] ?? '');
    $.ajax({
      url: '/ajax/widgets/crm_post',
      type: 'POST',
      contentType: 'application/json',
      data: JSON.stringify({ url, body: typeof data === 'string' ? data : $.param(data ?? {}) }),
      // Through the proxy there is no other site whose script could be loaded.
      dataType: type === 'jsonp' ? 'json' : type,
    }).then(
      (answer, status, request) => done?.(answer, status, request),
      (request, status, error) => {
        if (ALWAYS_CALLED.has(type)) done?.(request.responseText ?? '', status, request);
        failed?.(request, status, error);
      },
    );
  });
}
