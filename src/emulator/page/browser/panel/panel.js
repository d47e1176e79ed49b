// @ts-check
/**
 * The emulator's control panel. It lives in a shadow root at the end of the document, out of reach of Kommo's and the
 * widget's styles, and makes room for itself beside the emulated page.
 */
import { h } from '../core/dom.js';
import { onLog } from '../core/log.js';

const WIDTH = '380px';
const OPEN_KEY = 'emulator-panel';

export function drawPanel() {
  const host = h('div', { id: 'kommo-emulator-panel', 'data-emulator': true });
  const root = host.attachShadow({ mode: 'open' });
  const toggle = h('button', { type: 'button', class: 'toggle', 'aria-controls': 'panel' });
  const badge = h('span', { class: 'badge', hidden: true });
  toggle.append('Emulator ', badge);
  const panel = h('aside', { id: 'panel', class: 'panel', 'aria-label': 'Emulator' });
  root.append(
    h('link', { rel: 'stylesheet', href: '/frontend/host/panel/panel.css' }),
    toggle,
    panel,
  );
  document.documentElement.append(host);

  const show = (/** @type {boolean} */ isOpen) => {
    if (isOpen) void fill(panel);
    panel.hidden = !isOpen;
    toggle.setAttribute('aria-expanded', String(isOpen));
    host.classList.toggle('open', isOpen);
    document.documentElement.style.setProperty('--emulator-inset', isOpen ? WIDTH : '0px');
    sessionStorage.setItem(OPEN_KEY, isOpen ? 'open' : 'closed');
  };
  toggle.addEventListener('click', () => show(panel.hidden === true));
  show(sessionStorage.getItem(OPEN_KEY) === 'open');

  let faults = 0;
  onLog((entry) => {
    if (entry.kind !== 'warning' && entry.kind !== 'error') return;
    faults += 1;
    badge.hidden = false;
    badge.replaceChildren(String(faults), h('span', { class: 'unseen' }, ' warnings and errors'));
  });
}

/**
 * Loaded and drawn only when opened: a closed panel puts no labels or fields into the page.
 * @param {HTMLElement} panel
 */
async function fill(panel) {
  if (panel.childElementCount > 0) return;
  panel.append(h('h2', { class: 'title' }, 'Kommo emulator'));
  const { sections } = await import('./sections.js');
  panel.append(...sections());
}
