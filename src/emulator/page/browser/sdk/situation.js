// @ts-check
/** Where the page is and what the account has of the widget, as `may-run.js` asks for it. */
import { boot, isOn } from '../core/page.js';
import { namesLocation } from './may-run.js';

/** Locations that run a widget on this page. @type {string[]} */
let area = [];

/** @param {string[]} locations */
export function enterArea(locations) {
  area = locations;
}

/** @returns {import('./may-run.js').Situation} */
export function situation() {
  const manifest = boot.widget?.manifest;
  const once = manifest?.widget?.init_once;
  return {
    locations: declared(),
    isOnce: once === true || once === 'Y',
    area,
    status: boot.widget?.install.status ?? 'install',
    runsUnsaved: isOn('runUnconfigured'),
  };
}

/**
 * Whether the manifest names a location, with or without `-0` or `-1`.
 * @param {string} location
 */
export function declares(location) {
  return namesLocation(declared(), location);
}

/** A manifest that is wrong here was reported already. */
function declared() {
  const locations = boot.widget?.manifest?.locations;
  return Array.isArray(locations) ? locations.filter((one) => typeof one === 'string') : [];
}
