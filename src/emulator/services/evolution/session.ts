import type { World } from '../../kommo/world.ts';
import { sightOf, type WhatsAppSession } from '../whatsapp.ts';

/** 45 s for each code, up to the server's QRCODE_LIMIT of 30. */
export const EVOLUTION_LIVES = { lives: Array<number>(30).fill(45_000) };

/** The connection's state, as `connectionState` tells it. */
export function stateOf(world: World, session: WhatsAppSession): 'close' | 'connecting' | 'open' {
  const { phase } = sightOf(session, EVOLUTION_LIVES, world.clock.now());
  if (phase === 'failed') return 'close';
  if (phase === 'working') return session.isPhoneOffline ? 'connecting' : 'open';
  return 'connecting';
}

/** How the server names itself as the author of what it sent. */
export function viaOf(session: WhatsAppSession): string {
  return `evolution/${session.name}`;
}
