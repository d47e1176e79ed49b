import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WIDGETS = fileURLToPath(new URL('../emulator/widgets/', import.meta.url));
const STYLES = fileURLToPath(new URL('../emulator/settings-styles/', import.meta.url));

/** A widget whose settings are walked through, and what its author means to see. */
export interface Subject {
  name: string;
  /** Each of them is there exactly once, and visible, after Install and when the modal is opened again. */
  once?: string[];
  /** A field of the widget, or of Kommo, and what is entered. Without it there is nothing to save. */
  enter?: { field: string; value: string };
  /** Pressed to save; default Kommo's own button. */
  press?: string;
  /** What the account has after that. */
  stored?: Record<string, unknown>;
  /** What the field shows when the modal is opened again; default what was entered. */
  shows?: string;
}

const note = { field: '[name=note]', value: 'kept' };
const noteStored = { note: 'kept' };

/** Ways to draw settings, from the vendor's samples and from patterns that public widgets have. */
export const STYLE_SUBJECTS: Subject[] = [
  { name: 'wipe', once: ['.style-wipe'] },
  { name: 'append', once: ['.style-append'], enter: note, stored: noteStored },
  { name: 'by-status', once: ['.style-by-status'], enter: note, stored: noteStored },
  {
    name: 'mount',
    once: ['.style-mount'],
    enter: { field: '.style-mount__note', value: 'kept' },
    press: '.style-mount__save',
    stored: noteStored,
  },
  {
    name: 'offer',
    once: ['.style-offer'],
    enter: { field: '.style-offer__tick', value: 'on' },
    stored: { note: 'accepted' },
  },
  {
    name: 'custom-content',
    once: ['.style-custom'],
    enter: { field: '.style-custom', value: 'red' },
    stored: { options: '{"colour":"red"}' },
  },
  { name: 'needs-init', once: ['.style-needs-init'], enter: note, stored: noteStored },
  { name: 'watcher', once: ['.style-watcher'], enter: note, stored: noteStored },
];

/** The sample widgets of this repository; without the one that presses Save by itself, which closes the modal. */
export const SAMPLE_SUBJECTS: Subject[] = [
  {
    name: 'all-fields',
    once: ['.all-fields'],
    enter: { field: '[name=shop_name]', value: 'Lamps' },
    stored: { shop_name: 'Lamps' },
  },
  {
    name: 'backend-caller',
    once: ['.backend-caller'],
    enter: { field: '[name=backend]', value: 'https://example.com' },
    stored: { backend: 'https://example.com' },
  },
  { name: 'card-tools', enter: note, stored: noteStored },
  { name: 'control-gallery', enter: note, stored: noteStored },
  { name: 'menu-guest', enter: note, stored: noteStored },
  { name: 'pipeline-tools', once: ['.pipeline-tools__context'] },
  {
    name: 'everywhere-guest',
    once: ['.everywhere-guest__note'],
    enter: { field: '[name=greeting]', value: 'Hello' },
    stored: { greeting: 'Hello, checked by the widget' },
    shows: 'Hello, checked by the widget',
  },
  {
    name: 'list-actions',
    enter: { field: '[name=catalog_id]', value: '4001' },
    stored: { catalog_id: '4001' },
  },
];

/** A subject's folder. A style is a script alone: the rest is shared, and put together in a temporary folder. */
export function openSubject({ name }: Subject): { folder: string; remove: () => void } {
  if (SAMPLE_SUBJECTS.some((one) => one.name === name))
    return { folder: join(WIDGETS, name), remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'settings-style-'));
  cpSync(join(WIDGETS, 'all-fields/images'), join(folder, 'images'), { recursive: true });
  cpSync(join(STYLES, 'manifest.json'), join(folder, 'manifest.json'));
  cpSync(join(STYLES, `${name}.js`), join(folder, 'script.js'));
  mkdirSync(join(folder, 'i18n'));
  cpSync(join(STYLES, 'en.json'), join(folder, 'i18n/en.json'));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
