/* The entry of `sections.js`: what stands below the channels, and what few people see. */
export { ConflictNotice } from '../sections/ConflictNotice.tsx';
export { Authorize, NotInstalled } from '../sections/InstallGate.tsx';
export { Preferences } from '../sections/Preferences.tsx';
export { Templates } from '../sections/Templates.tsx';
