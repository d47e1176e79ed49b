// @ts-check
/** Loads a widget's `script.js` as Kommo does and runs its first callbacks. */

import { errorText, log, warn } from '../core/log.js';
import { requireModules } from '../core/modules.js';
import { boot, isOn, switchValue } from '../core/page.js';
import { showProblem } from '../core/problems.js';
import { systemPrototype } from './prototype.js';
import { widgetFolder } from './settings-data.js';

/** @typedef {import('../types.d.ts').Widget} Widget */
/** @typedef {(this: unknown) => unknown} WidgetConstructor */

/**
 * @returns {Promise<WidgetConstructor | undefined>} undefined after a fault, which is already shown
 */
export async function loadScript() {
  const widget = boot.widget;
  if (!widget) return undefined;
  if (!widget.files.includes('script.js')) {
    showProblem('script.js', 'is not in the widget; it has no code to run.');
    return undefined;
  }
  const version = widget.manifest?.widget?.version ?? '';
  const address = `${widgetFolder(widget).replace(/\/$/, '')}/script.js?v=${encodeURIComponent(version)}`;
  let value;
  try {
    [value] = await requireModules([address]);
  } catch (error) {
    showProblem(...explain(/** @type {RequireError} */ (error)));
    return undefined;
  }
  if (value === undefined) {
    showProblem(
      'script.js',
      'ran but defined no module: it needs define([...], function () { return CustomWidget; }).',
    );
    return undefined;
  }
  if (typeof value !== 'function') {
    showProblem(
      'script.js',
      `defined ${value === null ? 'null' : typeof value} where Kommo needs a constructor.`,
    );
    return undefined;
  }
  if (
    /^class\b/.test(Function.prototype.toString.call(value)) &&
    switchValue('classConstructors') === 'refuse'
  ) {
    showProblem(
      'script.js',
      'defined an ES class. Kommo puts its methods into the prototype of a plain function.',
    );
    return undefined;
  }
  return /** @type {WidgetConstructor} */ (value);
}

/**
 * @param {RequireError} error
 * @returns {[string, string]} the file and what is wrong with it
 */
function explain(error) {
  const modules = (error.requireModules ?? []).map(
    (name) => name.replace(`${boot.widget?.folder}/`, '').split('?')[0],
  );
  const file = modules.join(', ') || 'script.js';
  if (error.requireType === 'scripterror')
    return [file, 'could not be loaded (no such file, or it is not reachable).'];
  if (error.requireType === 'timeout')
    return [file, 'was not loaded within 15 s, or never called define().'];
  if (error.requireType === 'nodefine') return [file, 'defines no module.'];
  return [file, `threw while it was being defined. ${errorText(error)}`];
}

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
 * Calls a callback, waits for its result and records both. Shows an error and never throws.
 * @param {Widget} widget
 * @param {string} name
 * @param {unknown[]} [args]
 * @returns {Promise<unknown>} undefined if the callback is missing or failed
 */
export async function call(widget, name, args = []) {
  const callback = widget.callbacks?.[name];
  if (typeof callback !== 'function') {
    log('callback', name, 'not defined by the widget');
    return undefined;
  }
  try {
    const returned = callback.apply(widget.callbacks, /** @type {never[]} */ (args));
    const value = await returned;
    log('callback', name, isThenable(returned) ? 'resolved' : 'returned', { args, value });
    return value;
  } catch (error) {
    log('callback', name, 'failed', { args, error: errorText(error) });
    showProblem('script.js', `callbacks.${name} failed. ${errorText(error)}`);
    return undefined;
  }
}

/** @param {unknown} value */
export function isThenable(value) {
  return typeof (/** @type {{ then?: unknown } | null | undefined} */ (value)?.then) === 'function';
}

/**
 * `render`, then `bind_actions` and `init` if it returned true. Sources disagree on the order of the last two.
 * @param {Widget} widget
 */
export async function runFirstCallbacks(widget) {
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
