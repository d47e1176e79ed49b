// @ts-check
/** Reports style rules of a widget that reach beyond its own elements ("CSS: no global selectors" of Kommo's checklist). */
import { warn } from './log.js';

/** Class names of Kommo's own markup; a rule that starts from one restyles the whole account. */
const SYSTEM_CLASS =
  /^\.(modal|modal-body|button-input|text-input|control-|control--|widget_settings_block|widget-settings|card-widgets|nav__|list__|page-|switcher)/;

/** @param {string} widgetCode */
export function watchStyles(widgetCode) {
  /** @type {WeakSet<Node>} */
  const seen = new WeakSet();
  const look = (/** @type {Node} */ node) => {
    if (seen.has(node)) return;
    if (node instanceof HTMLStyleElement && node.dataset.emulator === undefined) {
      seen.add(node);
      queueMicrotask(() => inspect(node.sheet, 'a style element', widgetCode));
    }
    if (
      node instanceof HTMLLinkElement &&
      node.rel === 'stylesheet' &&
      node.dataset.emulator === undefined
    ) {
      seen.add(node);
      const name = new URL(node.href, location.href).pathname;
      if (node.sheet) inspect(node.sheet, name, widgetCode);
      else node.addEventListener('load', () => inspect(node.sheet, name, widgetCode));
    }
  };
  new MutationObserver((records) => {
    for (const record of records) for (const node of record.addedNodes) look(node);
  }).observe(document, { childList: true, subtree: true });
}

/** A sheet with more of them is one line in the log, not thousands. */
const NAMED = 5;

/**
 * @param {CSSStyleSheet | null} sheet
 * @param {string} name
 * @param {string} widgetCode
 */
function inspect(sheet, name, widgetCode) {
  /** @type {CSSRuleList} */
  let rules;
  try {
    if (!sheet) return;
    rules = sheet.cssRules;
  } catch {
    // A sheet of another origin without CORS cannot be read; Kommo's moderators read the file itself.
    return;
  }
  const found = new Set();
  for (const selector of selectorsOf(rules)) {
    if (isGlobal(selector.text, selector.onlyVariables, widgetCode)) found.add(selector.text);
  }
  const selectors = [...found];
  if (selectors.length > NAMED) {
    const first = selectors.slice(0, NAMED).join(', ');
    const message = `${selectors.length} global CSS selectors in ${name}: ${first} …`;
    warn('global CSS selector', message, { sheet: name });
    return;
  }
  for (const selector of selectors)
    warn('global CSS selector', `global CSS selector: ${selector}`, { sheet: name });
}

/**
 * @param {CSSRuleList} rules
 * @returns {Generator<{ text: string, onlyVariables: boolean }>}
 */
function* selectorsOf(rules) {
  for (const rule of rules) {
    if (rule instanceof CSSStyleRule) {
      const onlyVariables = [...rule.style].every((property) => property.startsWith('--'));
      for (const text of splitSelectors(rule.selectorText)) yield { text, onlyVariables };
    } else if (rule instanceof CSSKeyframesRule) {
      // Key frames hold percentages, not selectors.
    } else if ('cssRules' in rule) {
      yield* selectorsOf(/** @type {CSSGroupingRule} */ (rule).cssRules);
    }
  }
}

/**
 * The selectors of a list; commas inside `:is(...)` do not separate them.
 * @param {string} list
 */
function splitSelectors(list) {
  const parts = [''];
  let depth = 0;
  for (const char of list) {
    if (char === '(' || char === '[') depth += 1;
    if (char === ')' || char === ']') depth -= 1;
    if (char === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${char}`);
  }
  return parts.map((part) => part.trim());
}

/**
 * @param {string} selector one selector without commas
 * @param {boolean} onlyVariables the rule sets custom properties only
 * @param {string} widgetCode
 */
function isGlobal(selector, onlyVariables, widgetCode) {
  const bare = selector.replace(/^(html|:root)?(\[data-color-scheme[^\]]*\])?\s*/, '');
  // Root variables named with the widget's code are the documented way to have theme colours.
  if (bare === '') return !onlyVariables;
  const codes = [widgetCode, widgetCode.replace(/_/g, '-')].filter((code) => code !== '');
  if (codes.some((code) => bare.includes(code))) return false;
  if (SYSTEM_CLASS.test(bare)) return true;
  return !/[.#]/.test(bare.split(/[\s>+~]+/)[0] ?? '');
}
