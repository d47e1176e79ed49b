// @ts-check
import { accountSection } from './account.js';
import { faultSection } from './faults.js';
import { logSection } from './log-view.js';
import { placeSection } from './place.js';
import { switchSection } from './switches.js';

/** What the control panel holds. */
export function sections() {
  return [placeSection(), logSection(), accountSection(), switchSection(), faultSection()];
}
