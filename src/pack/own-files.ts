import { isLogo } from '../emulator/upload/image-rules.ts';
import { PAGES } from '../emulator/upload/pages.ts';
import { readPicture } from '../emulator/upload/picture.ts';
import type { WidgetProblem } from '../emulator/upload/problem.ts';
import type { PackageFiles } from './package-files.ts';

/** Our own code, which Kommo's moderators read. */
export const OWN_SCRIPTS = [
  'script.js',
  'app.js',
  'sections.js',
  'list.js',
  'dialogs.js',
  'connect.js',
];
/** Minified third-party code. */
export const VENDOR_SCRIPTS = ['vendor.js', 'amplitude.js'];
export const STYLES = 'style.css';
export const LICENCES = 'vendor.js.LICENSE.txt';

const REQUIRED = ['manifest.json', ...OWN_SCRIPTS, 'vendor.js', STYLES, LICENCES];
const KNOWN = new Set([...REQUIRED, ...VENDOR_SCRIPTS]);
const SLIDE = /^images\/tour_[a-z]{2}(_\d)?\.png$/;

/**
 * The package holds the files the build writes, and nothing else.
 *
 * @param locales none if the manifest cannot be read: then only what is missing can be told
 */
export function checkOwnFiles(files: PackageFiles, locales: readonly string[]): WidgetProblem[] {
  const problems: WidgetProblem[] = [];
  const fault = (file: string, message: string) =>
    problems.push({ severity: 'error', file, message, source: PAGES.checklist });
  for (const file of REQUIRED) {
    if (!files.has(file)) fault(file, 'is missing');
  }
  if (locales.length === 0) return problems;
  for (const file of files.keys()) {
    const language = /^i18n\/(.+)\.json$/.exec(file)?.[1];
    if (KNOWN.has(file) || (language !== undefined && locales.includes(language))) continue;
    if (file.startsWith('images/')) checkPicture(file, files, fault);
    else fault(file, 'is not a file of the widget; Kommo wants no unused files');
  }
  return problems;
}

function checkPicture(
  file: string,
  files: PackageFiles,
  fault: (file: string, message: string) => void,
): void {
  const kind = readPicture(files.get(file) ?? new Uint8Array())?.kind;
  if (!isLogo(file) && !SLIDE.test(file)) fault(file, 'is not used by the widget');
  else if (kind !== 'png') fault(file, 'is not a PNG');
}
