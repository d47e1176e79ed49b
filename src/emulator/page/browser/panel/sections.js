// @ts-check
import { accountSection } from './account.js';
import { faultSection } from './faults.js';
import { logSection } from './log-view.js';
import { placeSection } from './place.js';
import { switchSection } from './switches.js';

/** The sections of the control panel. */
export function sections() {
  return [placeSection(), logSection(), accountSection(), switchSection(), faultSection()];
}
