// @ts-check
/** Choices that no source settles: the page's, then those of Kommo's servers. A change applies to the next page load. */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { action, choice, control, section } from './parts.js';

/** Shown among the page's own controls. */
const ELSEWHERE = new Set(['theme', 'language']);

export function switchSection() {
  const note = h('p', { class: 'note', role: 'status' });
  /** @type {Map<string, HTMLElement>} */
  const own = new Map();
  const change = async (/** @type {string} */ name, /** @type {string} */ value) => {
    note.textContent = '';
    try {
      await control('POST', 'switches', { [name]: value });
      boot.switches[name] = value;
    } catch (error) {
      note.textContent = error instanceof Error ? error.message : String(error);
    }
    showRefused(own);
  };
  for (const { name, title, options, why } of boot.switchDescriptions) {
    if (ELSEWHERE.has(name)) continue;
    const chosen = String(boot.switches[name]);
    const choose = (/** @type {string} */ value) => void change(name, value);
    own.set(name, choice(title, options.map(asOption), chosen, choose, why));
  }
  showRefused(own);
  const servers = h('div', { class: 'servers' });
  const part = section('Switches', [
    action('Reload the page with these', () => window.location.reload()),
    note,
    h('h3', {}, 'Page'),
    ...own.values(),
    h('h3', {}, 'Servers'),
    servers,
  ]);
  // Loads the servers' list only when it is opened.
  part.addEventListener('toggle', () => {
    if (part.open && servers.childElementCount === 0) void fillServers(servers, change);
  });
  return part;
}

/**
 * Shows what is set, and disables each option that another switch excludes, with the reason under it.
 * @param {Map<string, HTMLElement>} fields by the switch's name
 */
function showRefused(fields) {
  for (const [name, field] of fields) {
    const select = /** @type {HTMLSelectElement} */ (field.querySelector('select'));
    select.value = String(boot.switches[name]);
    const reasons = [];
    for (const option of select.options) {
      const reason = whyRefused(name, option.value);
      option.disabled = reason !== undefined;
      if (reason) reasons.push(reason);
    }
    const note = field.querySelector('small');
    const why = boot.switchDescriptions.find((one) => one.name === name)?.why;
    note?.replaceChildren([why, ...reasons].join(' '));
  }
}

/**
 * @param {string} name
 * @param {string} option
 * @returns {string | undefined} a sentence
 */
function whyRefused(name, option) {
  for (const { when, why } of boot.refusedCombinations) {
    if (when[name] !== option) continue;
    const others = Object.entries(when).filter(([other]) => other !== name);
    if (!others.every(([other, value]) => boot.switches[other] === value)) continue;
    const beside = others.map(([other, value]) => `"${titleOf(other)}: ${value}"`).join(', ');
    return `"${option}" is not offered with ${beside}: ${why}.`;
  }
  return undefined;
}

/** @param {string} name */
function titleOf(name) {
  return boot.switchDescriptions.find((one) => one.name === name)?.title ?? name;
}

/**
 * @param {HTMLElement} place
 * @param {(name: string, value: string) => Promise<void>} change
 */
async function fillServers(place, change) {
  const answer =
    /** @type {{ switches: Record<string, unknown>, options: Record<string, string[]> }} */ (
      /** @type {unknown} */ (await control('GET', 'switches'))
    );
  const fields = Object.entries(answer.options).map(([name, options]) =>
    choice(
      name,
      options.map(asOption),
      String(answer.switches[name]),
      (value) => void change(name, value),
    ),
  );
  place.replaceChildren(...fields);
}

/** @param {string | number | boolean} value */
function asOption(value) {
  return { value: String(value), label: String(value) };
}
