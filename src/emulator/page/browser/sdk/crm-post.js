// @ts-check
/** `self.crm_post`: a POST that Kommo's server makes for the widget, at most one per second. */

import { log } from '../core/log.js';
import { $ } from '../core/page.js';

const INTERVAL_MS = 1000;

let lastStart = -INTERVAL_MS;
/** The tail of the queue: each call starts after the one before it. */
let queue = Promise.resolve();

/**
 * @param {string} url
 * @param {object} data sent as a form
 * @param {(answer: unknown) => void} [done]
 * @param {'text' | 'json' | 'xml' | 'html'} [type]
 * @param {(failed: JQuery.jqXHR) => void} [failed]
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
      data: JSON.stringify({ url, body: $.param(data ?? {}) }),
      dataType: type,
    }).then(
      (answer) => done?.(answer),
      (request) => failed?.(request),
    );
  });
}
