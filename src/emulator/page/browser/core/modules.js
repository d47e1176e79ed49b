// @ts-check
/**
 * The AMD side of the page: RequireJS with Kommo's module names, at the versions Kommo's developers state
 * (https://www.amocrm.ru/developers/content/web_sdk/system_modules).
 */

import { createConfirm } from '../sdk/confirm.js';
import { createModalClass } from '../sdk/modal.js';
import { log, warn } from './log.js';
import { boot, setJquery } from './page.js';
import { findModulesFromWidgetFolder } from './widget-modules.js';

/** Loaded before anything else; they are page globals, too. */
const PAGE_MODULES = ['jquery', 'underscore', 'backbone', 'moment', 'twig-exports'];
/** Defined here, or beside the page's own files. */
const OWN_MODULES = [
  ...['twigjs', 'text', 'json'],
  ...['lib/components/base/modal', 'lib/components/base/confirm'],
];

/**
 * Configures the loader and loads what every widget may rely on.
 * @returns {Promise<void>}
 */
export async function loadHostModules() {
  const { lazy, missing, supplied } = boot.modules;
  window.requirejs.config({
    baseUrl: '/frontend/host/amd',
    waitSeconds: 15,
    paths: Object.fromEntries([
      ...[...PAGE_MODULES, ...lazy].map((name) => [name, `/frontend/vendor/${name}`]),
      ...supplied.map((name) => [name, `/frontend/supplied/${name}`]),
    ]),
  });
  findModulesFromWidgetFolder();
  const [jquery, underscore, , moment, twig] = await requireModules(PAGE_MODULES);
  setJquery(/** @type {JQueryStatic} */ (jquery));
  // Kommo's bundles leave these as page globals, and widgets read them.
  Object.assign(window, { $: jquery, jQuery: jquery, _: underscore, moment });
  offerTwig(/** @type {TwigExports} */ (twig));
  offer('lib/components/base/modal', () => createModalClass());
  offer('lib/components/base/confirm', () => createConfirm());
  for (const [name, why] of Object.entries(missing)) {
    offer(name, () => {
      throw new Error(
        `module "${name}" exists in Kommo but not in this emulator: ${why}; supply it with --module ${name}=<file.js>`,
      );
    });
  }
  nameUnknownModules();
  // Whoever reads the log must know what the widget ran with.
  for (const name of supplied) log('page', 'module', `${name} is supplied`);
}

/**
 * Defines a module of the host's own, unless the developer supplies another one.
 * @param {string} name
 * @param {() => unknown} create
 */
function offer(name, create) {
  if (!boot.modules.supplied.includes(name)) window.define(name, [], create);
}

/**
 * What to say of a module that could not be loaded, if it was asked for by a name that only the host can know.
 * @param {string} name
 * @returns {string | undefined} undefined for files, addresses and modules the host offers
 */
export function unknownModule(name) {
  const { lazy, missing, supplied } = boot.modules;
  const isName = /^[A-Za-z_][\w-]*(\/[\w-]+)*$/.test(name);
  const offered = [...PAGE_MODULES, ...OWN_MODULES, ...lazy, ...supplied];
  if (!isName || offered.includes(name) || Object.hasOwn(missing, name)) return undefined;
  return `module ${name} is not one the host offers; supply it with --module ${name}=<file.js>`;
}

/** A widget's late `require` has nobody else to tell. */
function nameUnknownModules() {
  const fail = window.requirejs.onError;
  window.requirejs.onError = (error) => {
    for (const name of error.requireModules ?? []) {
      const message = unknownModule(name);
      if (message !== undefined) log('error', 'module', message);
    }
    fail(error);
  };
}

/**
 * @typedef {object} TwigExports
 * @property {(options: object) => unknown} twig
 * @property {(use: (core: { Templates: unknown }) => void) => void} extend
 * @property {unknown} [Templates]
 */

/**
 * In Kommo the module `twigjs` is the function `twig` itself, and the page's `Twig` is open: widgets look up and register
 * templates in `Twig.Templates.registry` (the vendor's birthday-widget does both).
 * @param {TwigExports} twigExports
 */
function offerTwig(twigExports) {
  twigExports.extend((core) => {
    twigExports.Templates = core.Templates;
  });
  const twig = Object.assign((/** @type {{ ref?: string }} */ options) => {
    const template = twigExports.twig(options);
    if (!template && options.ref) noteNoTemplate(options.ref);
    return template;
  }, twigExports);
  Object.assign(window, { Twig: twigExports, twig });
  offer('twigjs', () => twig);
}

/**
 * Widgets call `render` of what they get, and the error then does not say which template was missing.
 * @param {string} reference
 */
function noteNoTemplate(reference) {
  warn(
    'unknown template',
    `The emulator has no template ${reference}. Supply it, if Kommo has it: --answer "GET ${reference}=<file.twig>"`,
  );
}

/**
 * `require` as a promise. RequireJS remembers a failure; it is forgotten here so that a later attempt is a new one.
 * @param {string[]} names
 * @returns {Promise<unknown[]>}
 */
export function requireModules(names) {
  return new Promise((resolve, reject) => {
    window.require(
      names,
      (/** @type {unknown[]} */ ...values) => resolve(values),
      (/** @type {RequireError} */ error) => {
        for (const name of error.requireModules ?? names) window.require.undef(name);
        reject(error);
      },
    );
  });
}
