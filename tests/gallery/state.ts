import type { Held } from './fake-backend.ts';
import type { Screen } from './screen.ts';

/** How far Kommo says the installation has got. */
export type Install = 'installed' | 'not_configured' | 'install';

export const GROUPS = ['list', 'dialogs', 'services', 'key', 'qr', 'oauth', 'frame'] as const;
export type Group = (typeof GROUPS)[number];

/** A state of a screen: what the backend holds, how an admin gets there, and what they must see then. */
export interface GalleryState {
  /** Unique, and the name of its picture: `key-wrong`. */
  name: string;
  group: Group;
  /** What it is, in a few words. */
  title: string;
  /** Default `installed`. */
  install?: Install;
  holds(): Held;
  /** What the admin does. */
  steps?(screen: Screen): Promise<void>;
  /** Waits for what tells this state from the others. */
  seen(screen: Screen): Promise<void>;
}
