// @ts-check
/** Loads a widget's `script.js` as Kommo does: as an AMD module that gives a constructor. */
import { errorText } from '../core/log.js';
import { requireModules, unknownModule } from '../core/modules.js';
import { boot, switchValue } from '../core/page.js';
import { showProblem } from '../core/problems.js';
import { widgetFolder } from './settings-data.js';

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
  const unknown = (error.requireModules ?? []).map(unknownModule).find(Boolean);
  if (unknown !== undefined) return ['script.js', unknown];
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
