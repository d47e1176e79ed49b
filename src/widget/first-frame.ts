/** The longest time the screen waits for its styles. Without them it is ugly, and usable. */
const LONGEST_WAIT_MS = 1000;

/** What is shown in the first frame, of Kommo's language file. */
interface Texts {
  channels?: { title?: string };
  app?: { loading?: string };
}

/**
 * The node of our screen as it looks while the settings are loading. It is drawn without React, whose first render
 * takes several frames on a slow machine, and is what React draws first: nothing moves when it takes over.
 */
export function createScreenNode(langs: object): HTMLElement {
  const texts: Texts = langs;
  const node = element('div', 'chat-connector');
  const label = element('span', 'kcc-hidden', texts.app?.loading);
  const rows = element('div', 'kcc-skeleton');
  rows.setAttribute('role', 'status');
  rows.setAttribute('aria-busy', 'true');
  rows.append(label, ...[1, 2, 3].map(() => element('div', 'kcc-skeleton__row')));
  node.append(element('div', 'kcc-bar'), element('h2', 'kcc-title', texts.channels?.title), rows);
  return node;
}

/** Puts a node of ours above Kommo's Save, which must stay at the bottom of its modal. Leaves it where it is already. */
export function placeInModal(node: HTMLElement, body: HTMLElement): void {
  if (node.isConnected) return;
  const controls = body
    .querySelector('.js-widget-save')
    ?.closest('.widget_settings_block__controls');
  const fields = body.querySelector('.widget_settings_block__fields, .widget_settings_block');
  if (controls) controls.before(node);
  else (fields ?? body).append(node);
}

/** Calls `draw` as soon as the styles are there. @returns when what it drew has been seen */
export function drawStyled(styles: HTMLLinkElement, draw: () => void): Promise<void> {
  return new Promise((resolve) => {
    const begin = () => {
      draw();
      // A frame is seen after its callbacks; a window in the background has none.
      if (document.hidden) resolve();
      else requestAnimationFrame(() => setTimeout(resolve));
    };
    if (styles.sheet) return begin();
    styles.addEventListener('load', begin, { once: true });
    styles.addEventListener('error', () => resolve(), { once: true });
    setTimeout(resolve, LONGEST_WAIT_MS);
  });
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
