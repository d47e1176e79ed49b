// @ts-check
/** The noisy neighbour: another widget on the page that breaks the rules. Ours must look and work the same. */
import { h } from '../core/dom.js';
import { log } from '../core/log.js';
import { isOn } from '../core/page.js';

const RULES = `
button { text-transform: uppercase; letter-spacing: 1px; border-radius: 0; }
input, select, textarea { border: 2px dashed #aa3b3f; font-family: monospace; }
h2, h3, p { margin: 24px 0; font-style: italic; }
label { display: block; font-weight: bold; }
* { box-sizing: content-box; }
a { color: #aa3b3f; }
`;

export function startNoise() {
  if (!isOn('noisyNeighbour')) return;
  document.head.append(h('style', { 'data-emulator': 'noise' }, RULES));
  log('page', 'noisy neighbour', 'style rules and errors of another widget are on this page');
  window.addEventListener('click', () => {
    queueMicrotask(() => {
      throw new Error('the noisy neighbour failed, as it always does');
    });
  });
}
