import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A library that Kommo offers to widgets, at the version its developers state. */
export interface VendorModule {
  /** Kommo's name for it, by which widgets ask. */
  name: string;
  /** The npm package with the same code. */
  package: string;
  version: string;
  /** The file of the package that defines an AMD module. */
  file: string;
  /** Its bundle calls `define` for its own inner modules, so it is read as a CommonJS module instead. */
  isCommonJs?: true;
}

/** What every page loads before a widget's script. */
export const PAGE_MODULES: VendorModule[] = [
  module('jquery', 'jquery', '2.1.3', 'dist/jquery.js'),
  module('underscore', 'underscore', '1.9.1', 'underscore.js'),
  module('backbone', 'backbone', '1.1.2', 'backbone.js'),
  module('moment', 'moment', '2.24.0', 'moment.js'),
  // Under this name because the page turns it into `twigjs`.
  module('twig-exports', 'twig', '0.8.9', 'twig.js'),
];

/**
 * What a widget may ask for; loaded only then. Names and versions as on
 * https://www.amocrm.ru/developers/content/web_sdk/system_modules (`moment-timezone`: from the vendor's generator of
 * integrations).
 */
export const LAZY_MODULES: VendorModule[] = [
  module('accounting', 'accounting', '0.3.2', 'accounting.js'),
  module('chartjs', 'chart.js', '2.9.2', 'dist/Chart.js'),
  { ...module('clipboard', 'clipboard', '1.5.10', 'dist/clipboard.js'), isCommonJs: true },
  module('cocktail', 'backbone.cocktail', '0.5.15', 'Cocktail.js'),
  module('cropperjs', 'cropperjs', '1.2.2', 'dist/cropper.js'),
  module('device', 'current-device', '0.8.0', 'umd/current-device.js'),
  module('enquire', 'enquire.js', '2.1.1', 'dist/enquire.js'),
  module('fullcalendar', 'fullcalendar', '2.3.1', 'dist/fullcalendar.js'),
  module('google-libphonenumber', 'google-libphonenumber', '3.0.0', 'dist/libphonenumber.js'),
  module('jplayer', 'jplayer', '2.9.2', 'dist/jplayer/jquery.jplayer.js'),
  module('js-uuid', 'js-uuid', '0.0.6', 'js-uuid.js'),
  module('moment-timezone', 'moment-timezone', '0.5.26', 'builds/moment-timezone-with-data.js'),
  module('pubsub', 'pubsub-js', '1.5.3', 'src/pubsub.js'),
  module('quill', 'quill', '1.3.6', 'dist/quill.js'),
  module('rangeslider', 'rangeslider.js', '2.3.2', 'dist/rangeslider.js'),
  module('store', 'store', '1.3.20', 'store.js'),
  module('virtualized-list', 'virtualized-list', '2.2.0', 'umd/virtualized-list.js'),
];

/** Kommo's modules that are missing here, and why; the page says so when one is asked for. */
export const MISSING_MODULES: Record<string, string> = {
  'browser-detect': 'version 0.2.28 brings 8 MB of core-js with it',
  colorpicker: 'npm has no jquery-colpick 3.0.0',
  FileAPI: 'npm has no fileapi 2.0.5',
  intl_tel_input: 'npm has no intl-tel-input 3.7.1',
  steady: 'npm has no steady 2.0.0',
  ...Object.fromEntries(
    // Parts of Kommo's own page that public widgets ask for.
    [
      'lib/common/browserdetect',
      'lib/common/cookie',
      'lib/common/fn',
      'lib/common/router',
      'lib/common/urlparams',
      'lib/components/base/player',
      'lib/components/notes/notes',
      'lib/interface/settings/widgets/swiper',
      'lib/interface/users_select',
    ].map((name) => [name, 'no source describes it']),
  ),
};

const REQUIRE_JS = module('require', 'requirejs', '2.3.8', 'require.js');
const BY_FILE = new Map(
  [REQUIRE_JS, ...PAGE_MODULES, ...LAZY_MODULES].map((one) => [`${one.name}.js`, one]),
);

/** Modules that the page defines itself: `browser/core/modules.js`. */
const OWN_MODULES = [
  'twigjs',
  'lib/components/base/modal',
  'lib/components/base/confirm',
  'es6promise',
];

/** Whether widgets get a module of this name without anybody supplying one. */
export function offersModule(name: string): boolean {
  return BY_FILE.has(`${name}.js`) || OWN_MODULES.includes(name);
}

/** The npm packages whose files are served to the page. */
export function servedPackages(): string[] {
  return [...new Set([...BY_FILE.values()].map((one) => one.package))].sort();
}

/** @returns the library's script by its file name, undefined if there is none */
export async function readVendorModule(fileName: string): Promise<Buffer | undefined> {
  const found = BY_FILE.get(fileName);
  if (found === undefined) return undefined;
  const source = await readFile(require.resolve(`${found.package}/${found.file}`));
  return found.isCommonJs === true ? asCommonJs(source) : source;
}

/** Hides `define` from the script and returns what it exports. */
function asCommonJs(source: Buffer): Buffer {
  const before =
    'define([], function () {\nvar define, module = { exports: {} }, exports = module.exports;\n';
  return Buffer.concat([
    Buffer.from(before),
    source,
    Buffer.from('\nreturn module.exports;\n});\n'),
  ]);
}

function module(name: string, from: string, version: string, file: string): VendorModule {
  return { name, package: from, version, file };
}
