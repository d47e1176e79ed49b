// @ts-check
/**
 * Watches the page for what Kommo's moderation refuses: console output, alerts, synchronous requests, inserted scripts,
 * global style rules. Installed before the widget loads; it reports and prevents nothing.
 */

import { errorText, log, logHere, plain, warn } from './log.js';
import { watchStyles } from './watch-styles.js';

/** @param {string} widgetCode */
export function watchPage(widgetCode) {
  watchConsole();
  watchDialogs();
  watchErrors();
  watchRequests();
  watchScripts();
  watchStyles(widgetCode);
}

function watchConsole() {
  /** @type {('log' | 'info' | 'warn' | 'error' | 'debug' | 'trace' | 'dir' | 'table')[]} */
  const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'];
  for (const method of methods) {
    const original = console[method].bind(console);
    console[method] = (/** @type {unknown[]} */ ...args) => {
      log('console', `console.${method}`, args.map(asText).join(' '));
      // A trace inside catch is the only console output Kommo's checklist allows.
      if (method !== 'trace') warn(`console.${method}`, `console.${method}: moderation refuses`);
      original(...args);
    };
  }
}

/** @param {unknown} value */
function asText(value) {
  const copy = plain(value);
  return typeof copy === 'string' ? copy : JSON.stringify(copy);
}

function watchDialogs() {
  /** @type {('alert' | 'confirm' | 'prompt')[]} */
  const names = ['alert', 'confirm', 'prompt'];
  for (const name of names) {
    const original = /** @type {(text?: string) => never} */ (window[name].bind(window));
    window[name] = /** @type {never} */ (
      (/** @type {string} */ text) => {
        warn(name, `${name}: moderation refuses`, { text });
        return original(text);
      }
    );
  }
}

function watchErrors() {
  window.addEventListener('error', (event) => {
    if (!(event instanceof ErrorEvent)) return;
    log('error', 'uncaught', `${event.message} (${shortAddress(event.filename)}:${event.lineno})`);
  });
  window.addEventListener('unhandledrejection', (event) => {
    log('error', 'unhandled rejection', errorText(event.reason));
  });
}

function watchRequests() {
  const open = XMLHttpRequest.prototype.open;
  /**
   * @this {XMLHttpRequest}
   * @param {string} method
   * @param {string | URL} url
   * @param {boolean} [async]
   * @param {string | null} [user]
   * @param {string | null} [password]
   */
  XMLHttpRequest.prototype.open = function (method, url, async = true, user, password) {
    if (!async)
      warn('synchronous request', 'async:false: moderation refuses', { url: String(url) });
    this.addEventListener('loadend', () => {
      const name = `${method.toUpperCase()} ${shortAddress(String(url))}`;
      if (isNotedThere(String(url)) && this.status) logHere('request', name, String(this.status));
      else log('request', name, String(this.status || 'failed'));
    });
    return open.call(this, method, url, async, user, password);
  };
  const originalFetch = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    const name = `${method.toUpperCase()} ${shortAddress(url)}`;
    try {
      const response = await originalFetch(input, init);
      if (isNotedThere(url)) logHere('request', name, String(response.status));
      else log('request', name, String(response.status));
      return response;
    } catch (error) {
      log('request', name, errorText(error));
      throw error;
    }
  };
}

/**
 * Whether the emulator records such a request itself, with the reason where Kommo refuses it.
 * @param {string} address
 */
function isNotedThere(address) {
  const { hostname, port, pathname } = new URL(address, window.location.href);
  const isOurs = port === window.location.port && /\.(localhost|com|ru)$/.test(hostname);
  return isOurs && /^\/(api|oauth2|ajax|v2\/origin)\//.test(pathname);
}

function watchScripts() {
  new MutationObserver((records) => {
    for (const record of records) {
      for (const node of record.addedNodes) {
        if (!(node instanceof HTMLScriptElement)) continue;
        // RequireJS marks the ones it loads; the widget inserted the others.
        if (node.dataset.requiremodule !== undefined || node.dataset.emulator !== undefined)
          continue;
        warn('inserted script', 'script element inserted by hand: moderation refuses', {
          src: shortAddress(node.src),
        });
      }
    }
  }).observe(document, { childList: true, subtree: true });
}

/**
 * Drops the query: it may carry a token, and a log must not.
 * @param {string} address
 */
function shortAddress(address) {
  if (!address) return '(page)';
  const url = new URL(address, window.location.href);
  return url.origin === window.location.origin ? url.pathname : `${url.origin}${url.pathname}`;
}
