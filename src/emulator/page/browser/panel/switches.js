// @ts-check
/** Choices that no source settles: the page's, then those of Kommo's servers. A change applies to the next page load. */
import { h } from '../core/dom.js';
import { boot } from '../core/page.js';
import { action, choice, control, section } from './parts.js';

/** Shown among the page's own controls. */
const ELSEWHERE = new Set(['theme', 'language']);

export function switchSection() {
  const own = boot.switchDescriptions
    .filter(({ name }) => !ELSEWHERE.has(name))
    .map(({ name, title, options, why }) =>
      choice(
        title,
        options.map(asOption),
        String(boot.switches[name]),
        (value) => void set(name, value),
        why,
      ),
    );
  const servers = h('div', { class: 'servers' });
  const part = section('Switches', [
    action('Reload the page with these', () => window.location.reload()),
    h('h3', {}, 'Page'),
    ...own,
    h('h3', {}, 'Servers'),
    servers,
  ]);
  // Loads the servers' list only when it is opened.
  part.addEventListener('toggle', () => {
    if (part.open && servers.childElementCount === 0) void fillServers(servers);
  });
  return part;
}

/** @param {HTMLElement} place */
async function fillServers(place) {
  const answer =
    /** @type {{ switches: Record<string, unknown>, options: Record<string, string[]> }} */ (
      /** @type {unknown} */ (await control('GET', 'switches'))
    );
  const fields = Object.entries(answer.options).map(([name, options]) =>
    choice(
      name,
      options.map(asOption),
      String(answer.switches[name]),
      (value) => void set(name, value),
    ),
  );
  place.replaceChildren(...fields);
}

/** @param {string | number | boolean} value */
function asOption(value) {
  return { value: String(value), label: String(value) };
}

/**
 * @param {string} name
 * @param {string} value
 */
async function set(name, value) {
  await control('POST', 'switches', { [name]: value });
  boot.switches[name] = value;
}
