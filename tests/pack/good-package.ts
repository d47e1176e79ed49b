import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { projectVersion } from '../../src/pack/project.ts';

export const VERSION = projectVersion();

const MANIFEST = new URL('../../manifest.json', import.meta.url);

const PICTURES: readonly [name: string, width: number, height: number][] = [
  ['logo', 130, 100],
  ['logo_main', 400, 272],
  ['logo_medium', 240, 84],
  ['logo_min', 84, 84],
  ['logo_small', 108, 108],
  ['tour_en', 1188, 616],
  ['tour_es', 1188, 616],
  ['tour_pt', 1188, 616],
  ['tour_tr', 1188, 616],
  ['tour_id', 1188, 616],
];

const TEXTS = {
  widget: {
    name: 'Chat Connector',
    short_description: 'Chats become leads',
    description: 'Connects chat services.',
    tour_description: 'Three steps.',
  },
  settings: { state: 'State' },
  greeting: 'Hello, {{name}}',
  chats_one: '{{count}} chat',
  chats_other: '{{count}} chats',
};
const MANY = { chats_many: '{{count}} chats' };

const SCRIPT = `define(() => {
  function CustomWidget() {
    this.callbacks = { render: () => true };
  }
  return CustomWidget;
});
`;

/** Names the other files, as the built one does when it asks for them. */
const ENTRY = SCRIPT.replace(
  'define(() => {',
  "define(() => {\n  const files = ['./app.js', './list.js', './sections.js', './dialogs.js', './connect.js', './vendor.js', './style.css'];",
);

/** A package without a fault: this project's manifest, and around it the least that Kommo accepts. */
export function goodPackage(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([
    ['manifest.json', readFileSync(MANIFEST)],
    ['i18n/en.json', json(TEXTS)],
    ['i18n/es.json', json({ ...TEXTS, ...MANY })],
    ['i18n/pt.json', json({ ...TEXTS, ...MANY })],
    ['i18n/tr.json', json(TEXTS)],
    ['i18n/id.json', json(TEXTS)],
    ['script.js', bytes(ENTRY)],
    ['app.js', bytes(SCRIPT)],
    ['list.js', bytes(SCRIPT)],
    ['sections.js', bytes(SCRIPT)],
    ['dialogs.js', bytes(SCRIPT)],
    ['connect.js', bytes(SCRIPT)],
    ['vendor.js', bytes('define(()=>({}));\n')],
    ['vendor.js.LICENSE.txt', bytes('MIT\n')],
    ['style.css', bytes('.chat-connector { color: #363b44; }\n')],
  ]);
  for (const [name, width, height] of PICTURES) {
    files.set(`images/${name}.png`, blankPng(width, height));
  }
  return files;
}

const drawn = new Map<string, Uint8Array>();

/** A white picture. */
export function blankPng(width: number, height: number): Uint8Array {
  const size = `${width}x${height}`;
  const known = drawn.get(size);
  if (known !== undefined) return known;
  const image = new PNG({ width, height });
  image.data.fill(255);
  const png = PNG.sync.write(image);
  drawn.set(size, png);
  return png;
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function json(value: unknown): Uint8Array {
  return bytes(`${JSON.stringify(value, undefined, 2)}\n`);
}
