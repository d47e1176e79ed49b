// @ts-check
/**
 * Whether the widget's code runs at a place of the account, and whether one of its callbacks is called there; if not, why.
 * The only place that answers this. Pure: it knows nothing of the page, so that it can be tested alone.
 *
 * Locations: https://www.amocrm.ru/developers/content/integrations/areas, `init_once`:
 * https://www.amocrm.ru/developers/content/web_sdk/init_once, callbacks:
 * https://www.amocrm.ru/developers/content/integrations/script_js.
 */

/**
 * What the answer depends on.
 * @typedef {object} Situation
 * @property {string[]} locations of the manifest, as written there
 * @property {boolean} isOnce `init_once` of the manifest
 * @property {string[]} area manifest locations that run a widget on this page; none: no script runs here
 * @property {import('../types.d.ts').InstallStatus} status
 * @property {boolean} runsUnsaved the switch `runUnconfigured`
 */

/** @typedef {(...args: never[]) => unknown} Callback */

/**
 * @typedef {object} Found
 * @property {Callback} [callback] what Kommo calls
 * @property {unknown} [owner] the object that holds it
 * @property {string} [why] there is none, or it is not called: for the log
 * @property {string} [advice] a mistake that Kommo would pass over in silence
 */

/**
 * Locations that offer a place of their own. Being initialised there (`everywhere`, `init_once`) is not enough: without the
 * location Kommo draws no tab, no menu item and no command that would lead to the callback.
 * @type {Record<string, string[]>}
 */
const OFFERED_BY = {
  advancedSettings: ['advanced_settings'],
  initMenuPage: ['widget_page'],
  dpSettings: ['digital_pipeline'],
  onAddAsSource: ['lead_sources'],
  salesbotDesignerSettings: ['salesbot_designer'],
  onSalesbotDesignerSave: ['salesbot_designer'],
  loadPreloadedData: ['card_sdk'],
  loadElements: ['card_sdk'],
  searchDataInCard: ['card_sdk'],
  linkCard: ['card_sdk'],
  loadCatalogElement: ['catalogs'],
};

/** Callbacks of the settings modal, wherever it is opened. */
const OF_SETTINGS = new Set(['settings', 'onSave', 'onInstall']);

/** Older names, which the vendor's pages no longer print. @type {Record<string, string[]>} */
const ALSO_CALLED = { 'todo.selected': ['tasks.selected'] };

/**
 * Whether the manifest names a location. `-0` and `-1` after it say only whether the right column is used.
 * @param {readonly string[] | undefined} locations of the manifest
 * @param {string} name
 */
export function namesLocation(locations, name) {
  return (locations ?? []).some((one) => one.replace(/-[01]$/, '') === name);
}

/**
 * Whether the widget is initialised where these locations run it: `everywhere` and `init_once` count as each of them.
 * @param {Pick<Situation, 'locations' | 'isOnce'>} situation
 * @param {readonly string[]} wanted
 */
function isInitialised({ locations, isOnce }, wanted) {
  if (isOnce || namesLocation(locations, 'everywhere')) return true;
  return wanted.some((name) => namesLocation(locations, name));
}

/**
 * Why the widget's code does not run on this page; empty if it does.
 * @param {Situation} situation
 */
export function whyNotHere(situation) {
  const { area, status, runsUnsaved } = situation;
  if (area.length === 0) return "no widget's script runs here";
  if (!isInitialised(situation, area))
    return `the manifest names no location of this area (${area.join(', ')})`;
  if (!area.includes('settings') && status !== 'installed' && !runsUnsaved)
    return 'the settings of the widget were never saved in this account';
  return '';
}

/**
 * Why a callback is not called here although the widget may have it; empty if it is.
 * @param {Situation} situation
 * @param {string} name as in Kommo's documentation, with a dot for nested ones
 */
export function whyWithheld(situation, name) {
  if (OF_SETTINGS.has(name)) {
    if (isInitialised(situation, ['settings'])) return '';
    return 'the manifest has no location "settings"';
  }
  const offered = OFFERED_BY[name];
  if (offered && !offered.some((one) => namesLocation(situation.locations, one)))
    return `the manifest has no location "${offered.join('" or "')}"`;
  return whyNotHere(situation);
}

/**
 * The callback that Kommo calls by this name here.
 * @param {Situation} situation
 * @param {unknown} callbacks `this.callbacks` of the widget; undefined if its script did not come that far
 * @param {string} name
 * @returns {Found}
 */
export function callbackFor(situation, callbacks, name) {
  const withheld = whyWithheld(situation, name);
  if (withheld !== '') return { why: `withheld because ${withheld}` };
  if (typeof callbacks !== 'object' || callbacks === null)
    return { why: "withheld because the widget's script did not run" };
  for (const known of [name, ...(ALSO_CALLED[name] ?? [])]) {
    const found = nested(callbacks, known);
    if (found) return found;
  }
  // The vendor's skeleton has objects inside `callbacks`; its generator makes them of dotted names before it hands them over.
  if (name.includes('.') && typeof own(callbacks, name) === 'function') {
    const advice = `callbacks['${name}'] is one key with a dot: Kommo looks for callbacks.${name}`;
    return { why: `withheld because ${advice}`, advice };
  }
  return { why: 'not defined by the widget' };
}

/**
 * @param {object} callbacks
 * @param {string} name
 * @returns {Found | undefined}
 */
function nested(callbacks, name) {
  /** @type {unknown} */
  let owner = callbacks;
  const path = name.split('.');
  const last = path.pop() ?? '';
  for (const part of path) owner = own(owner, part);
  const callback = own(owner, last);
  return typeof callback === 'function'
    ? { callback: /** @type {Callback} */ (callback), owner }
    : undefined;
}

/**
 * @param {unknown} owner
 * @param {string} key
 */
function own(owner, key) {
  if (owner === null || (typeof owner !== 'object' && typeof owner !== 'function'))
    return undefined;
  return /** @type {Record<string, unknown>} */ (owner)[key];
}
