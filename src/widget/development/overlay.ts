import type { SourceFault } from '../../contract/development.ts';

/** What lies over the page while something is wrong with the sources. */
export interface Overlay {
  /** Goes away by itself when there are none. */
  show(faults: readonly SourceFault[]): void;
  /** The development server does not answer. Gone with the next `show`. */
  tellLost(origin: string): void;
}

const STYLES = `
  .box { position: relative; box-sizing: border-box; max-width: min(760px, 60vw); max-height: 60vh; overflow: auto; padding: 12px 16px; border-left: 6px solid #f0616d; border-radius: 4px;
    font: 13px/1.5 ui-monospace, monospace; color: #f5f5f5; background: #1b1e24; box-shadow: 0 4px 24px #0008; }
  h1 { margin: 0 32px 8px 0; font: bold 14px/1.5 sans-serif; }
  p { margin: 0 0 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
  b { display: block; color: #ffb3b9; }
  button { position: absolute; top: 8px; right: 8px; border: 0; color: inherit; background: none; font: 20px/1 sans-serif;
    cursor: pointer; }`;

const PLACE = 'all: initial; position: fixed; z-index: 2147483647; left: 16px; bottom: 16px;';

const TITLES = {
  build: 'The widget cannot be built; the page shows the last state that could',
  brand: 'The brand cannot be used; the page shows the last one that could',
  types: 'The types are wrong',
  package: 'Kommo would refuse the package',
};

/** In a shadow of its own: neither the page's styles nor the widget's reach it. */
export function createOverlay(): Overlay {
  const host = document.createElement('div');
  host.id = 'chat-connector-development';
  host.style.cssText = PLACE;
  // Above dialogs as well, which the browser draws over everything else.
  host.setAttribute('popover', 'manual');
  const root = host.attachShadow({ mode: 'open' });

  function draw(content: HTMLElement[]): void {
    host.remove();
    if (content.length === 0) return;
    const style = make('style', STYLES);
    const box = make('section');
    const hide = make('button', '×');
    box.className = 'box';
    box.setAttribute('role', 'alert');
    hide.setAttribute('aria-label', 'Hide until something changes');
    hide.onclick = () => host.remove();
    box.append(hide, ...content);
    root.replaceChildren(style, box);
    document.body.append(host);
    host.showPopover();
  }

  return {
    show: (faults) =>
      draw(
        (['build', 'brand', 'types', 'package'] as const).flatMap((kind) => {
          const found = faults.filter((fault) => fault.kind === kind);
          return found.length === 0 ? [] : [make('h1', TITLES[kind]), ...found.map(line)];
        }),
      ),
    tellLost: (origin) =>
      draw([
        make('h1', 'The development server does not answer'),
        make('p', `Start it again with npm run dev, and the tunnel, if there is one: ${origin}`),
      ]),
  };
}

function line({ file, line, column, message }: SourceFault): HTMLElement {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const paragraph = make('p');
  paragraph.append(make('b', place), message);
  return paragraph;
}

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = '',
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
