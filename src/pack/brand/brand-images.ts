import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { brandName } from '../../brand/brand.ts';
import { PROJECT } from '../project.ts';
import { languages } from './brand-texts.ts';
import { DRAWINGS, drawImages } from './draw-images.ts';
import type { OpenBrand } from './open-brand.ts';

/** Says what the pictures in `images` were drawn from; written by `npm run images`. */
const RECORD = 'drawn-from.txt';

/** Where pictures of other brands are kept between builds. They may be deleted at any time. */
const CACHE = `${PROJECT}/node_modules/.cache/brand-images`;

/**
 * The pictures of the package by their names. Those in `images` are taken as they are if they are this brand's;
 * otherwise they are drawn, once.
 */
export async function brandImages(open: OpenBrand): Promise<Map<string, Uint8Array>> {
  const drawnFrom = hashDrawings(open);
  const isCommitted = readRecord() === drawnFrom;
  const folder = isCommitted ? `${PROJECT}/images` : `${CACHE}/${cacheName(drawnFrom)}`;
  if (!existsSync(folder)) keep(await drawImages(open), folder);
  const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]));
}

/** A hash of all that the pictures of a brand are drawn from. */
export function hashDrawings({ brand, logo }: OpenBrand): string {
  const hash = createHash('sha256');
  const names = languages().map((language) => brandName(brand, language));
  hash.update(JSON.stringify([names, brand.colours.accent.toLowerCase(), brand.services ?? null]));
  hash.update(plain(logo.svg));
  for (const file of readdirSync(DRAWINGS).sort()) {
    if (file !== RECORD)
      hash.update(`${file}\0${plain(readFileSync(join(DRAWINGS, file), 'utf8'))}`);
  }
  return hash.digest('hex');
}

/** What the pictures in `images` were drawn from. */
export function readRecord(): string | undefined {
  const file = join(DRAWINGS, RECORD);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Notes that `images` now holds the pictures of this brand. */
export function writeRecord(open: OpenBrand): void {
  writeFileSync(join(DRAWINGS, RECORD), `${hashDrawings(open)}\n`);
}

/** Some systems check texts out with other ends of lines. */
function plain(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** The pictures also depend on who draws, which the record must not: it would change with every tidy-up. */
function cacheName(drawnFrom: string): string {
  const pencil = readFileSync(new URL('draw-images.ts', import.meta.url));
  return createHash('sha256').update(drawnFrom).update(pencil).digest('hex').slice(0, 32);
}

/** Renamed when complete, so that a build beside this one sees all of them or none. */
function keep(pictures: ReadonlyMap<string, Uint8Array>, folder: string): void {
  mkdirSync(CACHE, { recursive: true });
  const next = mkdtempSync(`${folder}.`);
  for (const [name, bytes] of pictures) writeFileSync(join(next, name), bytes);
  try {
    renameSync(next, folder);
  } catch (error) {
    rmSync(next, { recursive: true, force: true });
    // Another build was faster, and drew the same.
    if (!existsSync(folder)) throw error;
  }
}
