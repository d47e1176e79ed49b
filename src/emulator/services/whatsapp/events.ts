import type { World } from '../../kommo/world.ts';
import { networkRuntime } from './runtime.ts';
import type { Ack, Chat, Line, Message, Presence } from './state.ts';

/** What every device that is linked to `line` is told. `by` is the digits of who did it. */
export type NetworkEvent = { line: Line; chat: Chat } & (
  | { type: 'message'; message: Message }
  /** An own message came further, or failed. */
  | { type: 'ack'; message: Message; ack: Ack; by: string }
  /** `emoji` is empty for a reaction taken back. `via`: a server did it (see Message). */
  | { type: 'reaction'; message: Message; by: string; emoji: string; via: string | null }
  /** The new text is in `message`, the one before in `before`. */
  | { type: 'edit'; message: Message; before: string; via: string | null }
  | { type: 'revoke'; message: Message; via: string | null }
  /** It cannot be read yet; a `message` with the same id follows, or never. */
  | { type: 'waiting'; message: Message }
  | { type: 'presence'; presence: Presence; by: string }
);

type NetworkListener = (world: World, event: NetworkEvent) => void;

const LISTENERS = new Map<string, NetworkListener>();

/**
 * Has a server's double told of everything on the network of every emulator. Called where the double's routes are made; again
 * is the same.
 */
export function onNetwork(service: 'waha' | 'evolution', listener: NetworkListener): void {
  LISTENERS.set(service, listener);
}

/** Tells every double, and whoever looks at a page. */
export function tellNetwork(world: World, event: NetworkEvent): void {
  for (const listener of LISTENERS.values()) listener(world, event);
  networkRuntime(world).changed();
}
