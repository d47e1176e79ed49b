import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeProblem, type WidgetProblem } from '../emulator/upload/problem.ts';
import { type Bundle, bundleWidget } from './bundle.ts';
import { collectLicences } from './licences.ts';
import { LICENCES, OWN_SCRIPTS } from './own-files.ts';
import type { PackageFiles } from './package-files.ts';
import { checkPackage } from './package-rules.ts';
import { PROJECT, projectVersion } from './project.ts';
import { formatScript, formatStyles } from './readable-output.ts';
import { zipFiles } from './zip.ts';

/** The finished package, in memory and on disk. */
export interface WidgetPackage {
  files: PackageFiles;
  zip: Uint8Array;
  zipPath: string;
}

/** Kommo would reject the package; `faults` says why, each with its file and line. */
export class PackageRefused extends Error {
  readonly faults: readonly WidgetProblem[];

  constructor(faults: readonly WidgetProblem[]) {
    super(
      `Kommo would refuse the package:\n${faults.map((fault) => `  ${describeProblem(fault)}`).join('\n')}`,
    );
    this.name = 'PackageRefused';
    this.faults = faults;
  }
}

/** Bundles the widget and adds the files that Kommo shows itself, without checking anything. */
export async function assembleWidget(outDir = `${PROJECT}/dist`): Promise<PackageFiles> {
  return collectFiles(await bundleWidget(outDir));
}

/**
 * Bundles, checks and writes `widget.zip` and the same files unpacked in `widget/`.
 *
 * @throws BundleError, PackageRefused; in both cases the last good package stays in place
 */
export async function buildWidget(outDir = `${PROJECT}/dist`): Promise<WidgetPackage> {
  return writePackage(await assembleWidget(outDir), outDir);
}

/** @throws PackageRefused */
export function writePackage(files: PackageFiles, outDir: string): WidgetPackage {
  const faults = checkPackage(files, projectVersion());
  if (faults.length > 0) throw new PackageRefused(faults);
  const zip = zipFiles(files);
  const zipPath = join(outDir, 'widget.zip');
  replaceFolder(join(outDir, 'widget'), files);
  writeFileSync(`${zipPath}.unfinished`, zip);
  renameSync(`${zipPath}.unfinished`, zipPath);
  return { files, zip, zipPath };
}

export function collectFiles(bundle: Bundle): PackageFiles {
  const files = new Map<string, Uint8Array>();
  files.set('manifest.json', readFileSync(`${PROJECT}/manifest.json`));
  for (const [folder, ending] of [
    ['i18n', '.json'],
    ['images', '.png'],
  ] as const) {
    for (const name of readdirSync(`${PROJECT}/${folder}`).sort()) {
      if (name.endsWith(ending)) {
        files.set(`${folder}/${name}`, readFileSync(`${PROJECT}/${folder}/${name}`));
      }
    }
  }
  for (const name of readdirSync(bundle.folder).sort()) {
    files.set(name, readable(name, readFileSync(join(bundle.folder, name))));
  }
  // Webpack's own list has only the comments it found, but licences require their full text.
  files.set(LICENCES, new TextEncoder().encode(collectLicences(bundle.vendorModules)));
  files.delete('amplitude.js.LICENSE.txt');
  return files;
}

/** Makes our own files readable; third-party files stay as they are. */
function readable(name: string, bytes: Buffer): Uint8Array {
  if (OWN_SCRIPTS.includes(name)) return Buffer.from(formatScript(bytes.toString()));
  return name.endsWith('.css') ? Buffer.from(formatStyles(bytes.toString())) : bytes;
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
