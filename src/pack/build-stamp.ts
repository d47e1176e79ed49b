import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { brandPath } from './brand/open-brand.ts';
import { PROJECT } from './project.ts';

/** Everything that affects the bytes of the package. */
const SOURCES = [
  'src/widget',
  'src/contract',
  'src/brand',
  'src/pack',
  'i18n',
  'images',
  'manifest.json',
  'webpack.config.js',
  'package.json',
  'package-lock.json',
];
/** The default of webpack.config.js when WIDGET_API_URL is not set. */
export const LOCAL_API_URL = 'http://localhost:8080';
const STAMP = 'built-from.txt';

/** A hash of the sources and settings. Equal hashes mean equal packages. */
export function hashSources(brand = brandPath()): string {
  const hash = createHash('sha256');
  hash.update(
    `${process.env.WIDGET_API_URL || LOCAL_API_URL}\0${process.env.AMPLITUDE_API_KEY ?? ''}\0`,
  );
  for (const file of SOURCES.flatMap(filesBelow)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(PROJECT, file)))
      .update('\0');
  }
  for (const file of filesOfBrand(brand)) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** True when `dist/widget.zip` is what a build would write now. */
export function isBuilt(outDir = `${PROJECT}/dist`, brand = brandPath()): boolean {
  const stamp = join(outDir, STAMP);
  if (!existsSync(join(outDir, 'widget.zip')) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8').trim() === hashSources(brand);
}

export function stampBuild(hash: string, outDir = `${PROJECT}/dist`): void {
  writeFileSync(join(outDir, STAMP), `${hash}\n`);
}

/** The brand's file and its drawing, as far as they are there: what is wrong with them the build tells. */
function filesOfBrand(path: string): string[] {
  if (!existsSync(path)) return [];
  const [, logo] = /"logo"\s*:\s*"([^"]+)"/.exec(readFileSync(path, 'utf8')) ?? [];
  const drawing = logo === undefined ? undefined : resolve(dirname(path), logo);
  return drawing !== undefined && existsSync(drawing) ? [path, drawing] : [path];
}

function filesBelow(path: string): string[] {
  const absolute = join(PROJECT, path);
  try {
    return readdirSync(absolute, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(PROJECT.length + 1))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}
