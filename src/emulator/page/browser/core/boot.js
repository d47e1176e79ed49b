// @ts-check
/** @typedef {import('../types.d.ts').Boot} Boot */

/**
 * Reads what the server wrote into the document. Called once, before anything else runs.
 * @returns {Boot}
 */
export function readBoot() {
  const element = document.getElementById('emulator-boot');
  if (!element) throw new Error('The page has no #emulator-boot element');
  return JSON.parse(element.textContent ?? '');
}
