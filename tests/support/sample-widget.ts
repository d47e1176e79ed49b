import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';

/** Beginning of a PNG of the given size: all that is looked at. */
export function pngHead(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(33);
  bytes.writeUInt32BE(0x89504e47, 0);
  bytes.writeUInt32BE(0x0d0a1a0a, 4);
  bytes.writeUInt32BE(13, 8);
  bytes.write('IHDR', 12, 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

const TEXTS = {
  widget: { name: 'Sample', description: 'Text', short_description: 'Short', tour: 'Tour' },
  settings: { login: 'Login' },
};

/** A manifest with nothing to complain about. */
export function sampleManifest(): Record<string, unknown> {
  return {
    widget: {
      name: 'widget.name',
      description: 'widget.description',
      short_description: 'widget.short_description',
      version: '1.2.3',
      interface_version: 2,
      init_once: false,
      locale: ['en', 'es'],
      installation: true,
      support: { link: 'https://example.com' },
    },
    locations: ['settings', 'lead_sources'],
    tour: {
      is_tour: true,
      tour_images: { en: ['/images/tour.png'], es: ['/images/tour.png'] },
      tour_description: 'widget.tour',
    },
    settings: { login: { name: 'settings.login', type: 'text', required: true } },
  };
}

/** Files of a widget Kommo would take; `changes` replace files, `null` takes one away. */
export function sampleWidget(
  changes: Record<string, string | Uint8Array | null> = {},
): Record<string, Uint8Array> {
  const files: Record<string, string | Uint8Array | null> = {
    'manifest.json': JSON.stringify(sampleManifest()),
    'script.js': 'define([], function () { return function () { return this; }; });\n',
    'i18n/en.json': JSON.stringify(TEXTS),
    'i18n/es.json': JSON.stringify(TEXTS),
    'images/logo.png': pngHead(130, 100),
    'images/logo_main.png': pngHead(400, 272),
    'images/logo_medium.png': pngHead(240, 84),
    'images/logo_min.png': pngHead(84, 84),
    'images/logo_small.png': pngHead(108, 108),
    'images/tour.png': pngHead(1188, 616),
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, content]) => {
      if (content === null) return [];
      // A plain array of this realm: fflate asks `instanceof`, which fails across jest's.
      return [[name, new Uint8Array(Buffer.from(content as string))]];
    }),
  );
}

export function writeFolder(folder: string, files: Record<string, Uint8Array>): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

export function writeZip(path: string, files: Record<string, Uint8Array>): string {
  writeFileSync(path, zipSync(files));
  return path;
}
