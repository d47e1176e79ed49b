// @ts-check
import { readBoot } from './boot.js';

/** What every part of the page shares: the server's data, and the modules once the loader has them. */
export const boot = readBoot();

/**
 * jQuery 2.1.3 as the widgets get it. Set by `loadHostModules`, before any area is drawn.
 * @type {JQueryStatic}
 */
export let $;

/** @param {JQueryStatic} jquery */
export function setJquery(jquery) {
  $ = jquery;
}

/**
 * A switch of the page by name; the control panel and /__emulator/switches set them.
 * @param {string} name
 */
export function switchValue(name) {
  return boot.switches[name];
}

/** @param {string} name */
export function isOn(name) {
  return boot.switches[name] === true || boot.switches[name] === 'on';
}

/**
 * Goes to another area, account or setting by an ordinary navigation, like Kommo's full page loads.
 * @param {string} address
 */
export function go(address) {
  window.location.assign(address);
}
