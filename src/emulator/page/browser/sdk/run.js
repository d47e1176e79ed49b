// @ts-check
/** Builds a widget from its constructor and calls its callbacks. */

import { errorText, log, warn } from '../core/log.js';
import { boot, isOn, switchValue } from '../core/page.js';
import { showProblem } from '../core/problems.js';
import { callbackFor } from './may-run.js';
import { systemPrototype } from './prototype.js';
import { situation } from './situation.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/** @typedef {import('./load-script.js').WidgetConstructor} WidgetConstructor */

/**
 * Builds an instance, with methods and `params` in the prototype before the constructor's first line.
 * @param {WidgetConstructor} Code
 * @returns {Widget | undefined}
 */
export function buildWidget(Code) {
  const widget = boot.widget;
  if (!widget) return undefined;
  const members = Object.getOwnPropertyDescriptors(systemPrototype(widget));
  Object.defineProperties(Code.prototype, allowChange(members));
  let instance;
  try {
    const Constructor = /** @type {new () => unknown} */ (/** @type {unknown} */ (Code));
    instance = /** @type {Widget} */ (new Constructor());
  } catch (error) {
    showProblem('script.js', `the constructor threw. ${errorText(error)}`);
    return undefined;
  }
  if (typeof instance.callbacks !== 'object' || instance.callbacks === null) {
    showProblem('script.js', 'the constructor set no this.callbacks.');
    return undefined;
  }
  for (const name of ['render', 'init', 'bind_actions', 'onSave']) {
    if (typeof instance.callbacks[name] !== 'function') {
      showProblem('script.js', `callbacks.${name} is missing; Kommo requires it.`);
    }
  }
  const app = /** @type {{ widgets: { list: Record<string, unknown> } }} */ (window.APP);
  app.widgets.list[widget.code] = instance;
  log('page', 'widget', `${widget.code} is built`);
  return instance;
}

/** @param {Record<string, PropertyDescriptor>} members */
function allowChange(members) {
  for (const member of Object.values(members)) {
    member.configurable = true;
    if ('value' in member) member.writable = true;
  }
  return members;
}

/**
 * What became of a call: `isMissing` if the widget has no such callback or it is withheld here.
 * @typedef {{ isMissing: true } | { isMissing: false, value?: unknown, error?: unknown }} Outcome
 */

/** A promise that is pending for longer is worth a line: a callback that never answers would leave no trace. */
const SLOW_MS = 5000;

/**
 * Calls a callback, waits for its result and records what became of it: what it returned, why it failed, that the widget
 * does not define it, or why it is withheld here. Never throws.
 * @param {Widget | undefined} widget undefined if its script did not come so far
 * @param {string} name
 * @param {unknown[]} args
 * @param {unknown[]} [shown] the arguments as the log may have them
 * @returns {Promise<Outcome>}
 */
export async function invoke(widget, name, args, shown = args) {
  const { callback, owner, why, advice } = callbackFor(situation(), widget?.callbacks, name);
  if (advice) warn(name, advice);
  if (!callback) {
    log('callback', name, why ?? '');
    return { isMissing: true };
  }
  let late = 0;
  try {
    const returned = callback.apply(owner, /** @type {never[]} */ (args));
    if (isThenable(returned)) {
      late = window.setTimeout(() => {
        log('page', name, `callbacks.${name} was called and has not answered after 5 s`);
      }, SLOW_MS);
    }
    const value = await returned;
    log('callback', name, isThenable(returned) ? 'resolved' : 'returned', { args: shown, value });
    return { isMissing: false, value };
  } catch (error) {
    log('callback', name, 'failed', { args: shown, error: errorText(error) });
    return { isMissing: false, error: error ?? new Error('rejected without a reason') };
  } finally {
    window.clearTimeout(late);
  }
}

/**
 * Calls a callback and shows its failure on the page.
 * @param {Widget | undefined} widget
 * @param {string} name as in Kommo's documentation: `leads.selected` is `callbacks.leads.selected`
 * @param {unknown[]} [args]
 * @returns {Promise<unknown>} undefined if the callback is missing, withheld or failed
 */
export async function call(widget, name, args = []) {
  const outcome = await invoke(widget, name, args);
  if (outcome.isMissing) return undefined;
  if (outcome.error === undefined) return outcome.value;
  showProblem('script.js', `callbacks.${name} failed. ${errorText(outcome.error)}`);
  return undefined;
}

/**
 * Whether a callback would be called here, for what is only offered then.
 * @param {Widget | undefined} widget
 * @param {string} name
 */
export function hasCallback(widget, name) {
  return callbackFor(situation(), widget?.callbacks, name).callback !== undefined;
}

/** @param {unknown} value */
export function isThenable(value) {
  return typeof (/** @type {{ then?: unknown } | null | undefined} */ (value)?.then) === 'function';
}

/** @type {WeakSet<Widget>} */
const started = new WeakSet();

/**
 * Runs the first callbacks of a widget that was installed on this page and had not run before.
 * @param {Widget} widget
 */
export async function catchUp(widget) {
  if (!started.has(widget)) await runFirstCallbacks(widget);
}

/**
 * `render`, then `bind_actions` and `init` if it returned true. Sources disagree on the order of the last two.
 * @param {Widget} widget
 */
export async function runFirstCallbacks(widget) {
  started.add(widget);
  const rendered = await call(widget, 'render');
  if (isOn('renderTwice')) await call(widget, 'render');
  if (!rendered) {
    warn('render', 'render() did not answer true: init and bind_actions do not run');
    return;
  }
  const order = switchValue('initOrder');
  if (order === 'together') {
    await Promise.all([call(widget, 'bind_actions'), call(widget, 'init')]);
  } else if (order === 'init first') {
    await call(widget, 'init');
    await call(widget, 'bind_actions');
  } else {
    await call(widget, 'bind_actions');
    await call(widget, 'init');
  }
}
