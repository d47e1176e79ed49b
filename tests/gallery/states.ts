import type { GalleryState } from './state.ts';
import { DIALOG_STATES } from './states/dialog-states.ts';
import { FRAME_STATES } from './states/frame-states.ts';
import { KEY_STATES } from './states/key-states.ts';
import { LIST_STATES } from './states/list-states.ts';
import { OAUTH_STATES } from './states/oauth-states.ts';
import { QR_STATES } from './states/qr-states.ts';

/**
 * Every state of every screen of the widget. The gallery draws them, and the tests walk them: what is added here is
 * seen, heard and pressed.
 */
export const STATES: readonly GalleryState[] = [
  ...LIST_STATES,
  ...DIALOG_STATES,
  ...KEY_STATES,
  ...QR_STATES,
  ...OAUTH_STATES,
  ...FRAME_STATES,
];
