import { lintStyles } from './css-lint.ts';
import type { Fault, PackageFiles } from './fault.ts';
import { checkLanguages } from './i18n-rules.ts';
import { checkImages } from './image-rules.ts';
import { checkManifest, manifestLocales } from './manifest-rules.ts';
import { lintScript, lintVendor } from './moderation-lint.ts';
import { checkTexts } from './text-rules.ts';

/** Our own code, which Kommo's moderators read. */
export const OWN_SCRIPTS = ['script.js', 'app.js', 'connect.js', 'dialogs.js'];
/** Minified third-party code. */
const VENDOR_SCRIPTS = ['vendor.js', 'amplitude.js'];
const STYLES = 'style.css';
export const LICENCES = 'vendor.js.LICENSE.txt';

const KNOWN = new Set(['manifest.json', ...OWN_SCRIPTS, ...VENDOR_SCRIPTS, STYLES, LICENCES]);
const KNOWN_FOLDERS = ['images/', 'i18n/'];
const REQUIRED = ['manifest.json', ...OWN_SCRIPTS, 'vendor.js', STYLES, LICENCES];

/** The rules by name, in the order `npm run check` prints them. */
export const PACKAGE_RULES: Readonly<
  Record<string, (files: PackageFiles, version: string) => Fault[]>
> = {
  layout: checkLayout,
  texts: checkTexts,
  manifest: checkManifest,
  i18n: (files) => checkLanguages(files, manifestLocales(files)),
  images: checkImages,
  moderation: checkModeration,
};

/** Everything Kommo's upload and moderation would refuse, before it is uploaded. */
export function checkPackage(files: PackageFiles, version: string): Fault[] {
  return Object.values(PACKAGE_RULES).flatMap((rule) => rule(files, version));
}

function checkLayout(files: PackageFiles): Fault[] {
  const faults: Fault[] = [];
  for (const file of REQUIRED) {
    if (!files.has(file)) faults.push({ file, message: 'is missing' });
  }
  for (const file of files.keys()) {
    if (file.includes('\\')) faults.push({ file, message: 'Kommo refuses backslashes in names' });
    else if (!KNOWN.has(file) && !KNOWN_FOLDERS.some((folder) => file.startsWith(folder))) {
      faults.push({ file, message: 'is not a file of the widget; Kommo wants no unused files' });
    }
  }
  return faults;
}

function checkModeration(files: PackageFiles): Fault[] {
  return [
    ...eachText(files, OWN_SCRIPTS, lintScript),
    ...eachText(files, VENDOR_SCRIPTS, lintVendor),
    ...eachText(files, [STYLES], lintStyles),
  ];
}

function eachText(
  files: PackageFiles,
  names: readonly string[],
  lint: (file: string, source: string) => Fault[],
): Fault[] {
  return names.flatMap((name) => {
    const bytes = files.get(name);
    return bytes === undefined ? [] : lint(name, new TextDecoder().decode(bytes));
  });
}
