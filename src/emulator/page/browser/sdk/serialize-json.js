// @ts-check
/**
 * `$(form).serializeJSON()`, a plugin that Kommo's page has and the vendor's own sample relies on: nested names
 * (`params[task][text]`) become nested objects.
 */
import { $ } from '../core/page.js';

export function offerSerializeJson() {
  /** @this {JQuery} */
  function serializeJSON() {
    /** @type {Record<string, unknown>} */
    const result = {};
    for (const { name, value } of this.serializeArray()) {
      place(result, name.replace(/\]/g, '').split('['), value);
    }
    return result;
  }
  Object.assign($.fn, { serializeJSON });
}

/**
 * @param {Record<string, unknown>} target
 * @param {string[]} path an empty last part (`list[]`) makes a list
 * @param {string} value
 */
function place(target, [first = '', ...rest], value) {
  // Names come from the page; this one would write to every object.
  if (first === '__proto__') return;
  if (rest.length === 0) {
    target[first] = value;
  } else if (rest.length === 1 && rest[0] === '') {
    const list = target[first];
    target[first] = [...(Array.isArray(list) ? list : []), value];
  } else {
    const inner = typeof target[first] === 'object' && target[first] !== null ? target[first] : {};
    target[first] = inner;
    place(/** @type {Record<string, unknown>} */ (inner), rest, value);
  }
}
