/** What the pages of the emulated services are made with. */

/** As many bytes as the emulator keeps of an upload. */
export const FILE_MAX = 4 * 1024 * 1024;

/**
 * @template {HTMLElement} Type
 * @param {string} id
 * @param {new () => Type} type
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`There is no ${id}.`);
  return element;
}

/**
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 */
export function make(name, attributes = {}, children = []) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/**
 * @param {string} label
 * @param {() => void} act
 * @param {Record<string, string>} [attributes]
 */
export function button(label, act, attributes = {}) {
  const element = make('button', { type: 'button', ...attributes }, [label]);
  element.addEventListener('click', act);
  return element;
}

/**
 * The new element is as open as the old one, and has the focus where that had it.
 *
 * @param {HTMLElement} old
 * @param {HTMLElement} element
 */
export function replaceKept(old, element) {
  const tools = 'summary, button, a';
  const index = [...old.querySelectorAll(tools)].indexOf(document.activeElement ?? old);
  const details = element.querySelector('details');
  if (details !== null) details.open = old.querySelector('details')?.open === true;
  old.replaceWith(element);
  const focused = [...element.querySelectorAll(tools)][index];
  if (focused instanceof HTMLElement) focused.focus();
}

/**
 * A file's bytes, as the remote control takes them.
 *
 * @param {File} file
 */
export async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}
