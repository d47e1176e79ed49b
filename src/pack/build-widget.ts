import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brandImages } from './brand/brand-images.ts';
import { brandStyles } from './brand/brand-styles.ts';
import { brandTexts } from './brand/brand-texts.ts';
import type { OpenBrand } from './brand/open-brand.ts';
import { type Bundle, bundleWidget } from './bundle.ts';
import { collectLicences } from './licences.ts';
import { LICENCES, OWN_SCRIPTS } from './own-files.ts';
import type { PackageFiles } from './package-files.ts';
import { PackageRefused } from './package-refused.ts';
import { checkPackage } from './package-rules.ts';
import { projectVersion } from './project.ts';
import { formatScript, formatStyles } from './readable-output.ts';
import { zipFiles } from './zip.ts';

/** The finished package, in memory and on disk. */
export interface WidgetPackage {
  files: PackageFiles;
  zip: Uint8Array;
  zipPath: string;
}

/** Bundles the widget and adds the files that Kommo shows itself, without checking anything. */
export async function assembleWidget(open: OpenBrand, outDir: string): Promise<PackageFiles> {
  return collectFiles(await bundleWidget(outDir, open), await readShownFiles(open), open);
}

/**
 * Bundles, checks and writes `widget.zip` and the same files unpacked in `widget/`.
 *
 * @throws BundleError, PackageRefused; in both cases the last good package stays in place
 */
export async function buildWidget(open: OpenBrand, outDir: string): Promise<WidgetPackage> {
  return writeChecked(await assembleWidget(open, outDir), outDir);
}

/** @throws PackageRefused */
function writeChecked(files: PackageFiles, outDir: string): WidgetPackage {
  const faults = checkPackage(files, projectVersion());
  if (faults.length > 0) throw new PackageRefused(faults);
  return writePackage(files, outDir);
}

/** Writes `widget.zip` and `widget/` as they are, whatever is wrong with them. */
export function writePackage(files: PackageFiles, outDir: string): WidgetPackage {
  const zip = zipFiles(files);
  const zipPath = join(outDir, 'widget.zip');
  replaceFolder(join(outDir, 'widget'), files);
  writeFileSync(`${zipPath}.unfinished`, zip);
  renameSync(`${zipPath}.unfinished`, zipPath);
  return { files, zip, zipPath };
}

/**
 * What Kommo shows itself, with the brand: the manifest, the texts and the pictures.
 *
 * @throws PackageRefused when one of them cannot be read
 */
export async function readShownFiles(open: OpenBrand): Promise<PackageFiles> {
  const files = new Map<string, Uint8Array>(brandTexts(open.brand));
  for (const [name, bytes] of await brandImages(open)) files.set(`images/${name}`, bytes);
  return files;
}

/** The package: what Kommo shows, and our code in a form for readers. */
export function collectFiles(bundle: Bundle, shown: PackageFiles, open: OpenBrand): PackageFiles {
  const files = new Map(shown);
  for (const name of readdirSync(bundle.folder).sort()) {
    files.set(name, readable(name, readFileSync(join(bundle.folder, name)), open));
  }
  // Webpack's own list has only the comments it found, but licences require their full text.
  files.set(LICENCES, new TextEncoder().encode(collectLicences(bundle.vendorModules)));
  files.delete('amplitude.js.LICENSE.txt');
  return files;
}

/** The stylesheet that webpack made, in a form for readers and in the brand's colours. */
export function shownStyles(bytes: Uint8Array, { brand }: OpenBrand): Uint8Array {
  return Buffer.from(brandStyles(formatStyles(Buffer.from(bytes).toString()), brand));
}

/** The last form of each script: while somebody watches, a save changes one of them. */
const formatted = new Map<string, { source: string; readable: string }>();

function formatOnce(name: string, source: string): string {
  const known = formatted.get(name);
  if (known?.source === source) return known.readable;
  const readable = formatScript(source);
  formatted.set(name, { source, readable });
  return readable;
}

/** Makes our own files readable; third-party files stay as they are. */
function readable(name: string, bytes: Buffer, open: OpenBrand): Uint8Array {
  if (OWN_SCRIPTS.includes(name)) return Buffer.from(formatOnce(name, bytes.toString()));
  return name.endsWith('.css') ? shownStyles(bytes, open) : bytes;
}

/** Writes next to the folder and renames, so that an emulator that reads it never sees half a widget. */
function replaceFolder(folder: string, files: PackageFiles): void {
  const next = `${folder}.next`;
  const last = `${folder}.last`;
  rmSync(next, { recursive: true, force: true });
  rmSync(last, { recursive: true, force: true });
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(next, name)), { recursive: true });
    writeFileSync(join(next, name), bytes);
  }
  try {
    renameSync(folder, last);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  renameSync(next, folder);
  rmSync(last, { recursive: true, force: true });
}
