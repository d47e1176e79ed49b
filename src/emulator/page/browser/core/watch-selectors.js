// @ts-check
/**
 * Look-ups of the host's classes and ids that match nothing, once each: jQuery answers them with an empty set, so that a
 * widget's button or text is missing without a word. Only look-ups by the widget count, and only those that still match
 * nothing a moment later.
 */
import { hostNames, namesGivenIn, namesIn } from './host-names.js';
import { log } from './log.js';
import { $, boot } from './page.js';

/** Widgets look again and again until the host has drawn; such a look-up is no miss. */
const PATIENCE_MS = 1000;
const MOST_LINES = 100;
const LARGEST_FILE = 2_000_000;
const FRAMES = 40;

/** Kept before anyone wraps it, so that reading the widget's files is not in the log. */
const load = window.fetch.bind(window);

/** @type {Set<string>} */
const seen = new Set();
/** Selectors with a way to look again. @type {Map<string, () => boolean>} */
let waiting = new Map();
/** @type {Promise<Set<string>> | undefined} */
let ownNames;
let lines = 0;
/** More than 0 inside jQuery's own look-ups. */
let depth = 0;

export function watchSelectors() {
  if (!boot.widget) return;
  watchJquery();
  for (const type of [Document.prototype, Element.prototype]) {
    wrap(type, 'querySelector', (found) => found === null);
    wrap(type, 'querySelectorAll', isEmpty);
    wrap(
      type,
      'getElementsByClassName',
      isEmpty,
      (names) => `.${names.trim().replace(/\s+/g, '.')}`,
    );
  }
  wrap(
    Document.prototype,
    'getElementById',
    (found) => found === null,
    (id) => `#${id}`,
  );
}

/** @param {unknown} found */
function isEmpty(found) {
  return /** @type {{ length: number }} */ (found).length === 0;
}

function watchJquery() {
  const find = $.fn.find;
  /**
   * @this {JQuery}
   * @param {never} selector
   */
  $.fn.find = function (selector) {
    depth += 1;
    try {
      const found = find.call(this, selector);
      // What is looked for in an empty set was missed before.
      if (depth === 1 && found.length === 0 && this.length > 0)
        note(selector, () => find.call(this, selector).length > 0);
      return found;
    } finally {
      depth -= 1;
    }
  };
}

/**
 * @param {object} type
 * @param {string} name
 * @param {(found: unknown) => boolean} isMissed
 * @param {(asked: string) => string} [asSelector]
 */
function wrap(type, name, isMissed, asSelector = (asked) => asked) {
  const holder = /** @type {Record<string, (asked: string) => unknown>} */ (type);
  const original = holder[name];
  if (!original) return;
  /**
   * @this {object}
   * @param {string} asked
   */
  holder[name] = function (asked) {
    const found = original.call(this, asked);
    if (depth === 0 && isMissed(found) && typeof asked === 'string')
      note(asSelector(asked), () => !isMissed(original.call(this, asked)));
    return found;
  };
}

/**
 * @param {unknown} selector
 * @param {() => boolean} matchesNow
 */
function note(selector, matchesNow) {
  if (typeof selector !== 'string' || seen.has(selector)) return;
  if (hostNames(selector, boot.widget?.code ?? '').length === 0 || !isWidgets()) return;
  seen.add(selector);
  if (waiting.size === 0) window.setTimeout(report, PATIENCE_MS);
  waiting.set(selector, matchesNow);
}

/** Whether a script other than the emulator's and its libraries asks. */
function isWidgets() {
  // jQuery alone fills the ten frames that browsers keep by themselves.
  const traces = /** @type {{ stackTraceLimit?: number }} */ (/** @type {unknown} */ (Error));
  const limit = traces.stackTraceLimit ?? FRAMES;
  traces.stackTraceLimit = FRAMES;
  const { stack = '' } = new Error();
  traces.stackTraceLimit = limit;
  const asking = stack
    .split('\n')
    .filter((frame) => /https?:\/\//.test(frame))
    .find((frame) => !/\/frontend\/vendor\/|\/core\/watch-selectors\.js/.test(frame));
  return asking !== undefined && !asking.includes('/frontend/host/');
}

async function report() {
  const missed = waiting;
  waiting = new Map();
  ownNames ??= readOwnNames();
  const own = await ownNames;
  for (const [selector, matchesNow] of missed) {
    if (matches(matchesNow) || !isHosts(selector, own)) continue;
    lines += 1;
    if (lines > MOST_LINES) {
      if (lines === MOST_LINES + 1) log('host', 'selector', 'more selectors matched nothing');
      continue;
    }
    log('host', 'selector', `selector "${selector}" matched nothing here`, { area: boot.area });
  }
}

/** @param {() => boolean} matchesNow */
function matches(matchesNow) {
  depth += 1;
  try {
    return matchesNow();
  } finally {
    depth -= 1;
  }
}

/**
 * The host lacks a name, or has all of them, but not in this order. Names that the widget gives to its own markup are its own.
 * @param {string} selector
 * @param {Set<string>} own
 */
function isHosts(selector, own) {
  const names = hostNames(selector, boot.widget?.code ?? '').filter((name) => !own.has(name));
  if (names.length === 0) return false;
  if (names.length === namesIn(selector).length) return true;
  return names.some(
    (name) =>
      document.getElementById(name) === null && document.getElementsByClassName(name).length === 0,
  );
}

/** @returns {Promise<Set<string>>} */
async function readOwnNames() {
  const { folder, files } = /** @type {import('../types.d.ts').WidgetBoot} */ (boot.widget);
  const sources = await Promise.all(
    files
      .filter((name) => /\.(?:js|mjs|twig|html?)$/.test(name))
      .map(async (name) => {
        const answer = await load(`${folder}/${name}`).catch(() => undefined);
        const source = answer?.ok ? await answer.text() : '';
        return source.length > LARGEST_FILE ? '' : source;
      }),
  );
  return new Set(sources.flatMap(namesGivenIn));
}
