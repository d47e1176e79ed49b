import { randomBytes } from 'node:crypto';
import type { World } from '../kommo/world.ts';

/** How long an emulated server prepares a session, and links a phone after the scan. */
export const STARTING_MS = 150;
export const LINKING_MS = 600;

/** How long each code of a session lives; when the list ends, so does the session. */
export interface CodeLives {
  lives: readonly number[];
}

/** The number that scanned a code. */
export interface Phone {
  /** Digits without `+`. */
  number: string;
  name: string;
}

/** A WhatsApp session of an unofficial server, as WAHA and Evolution both keep one. */
export interface WhatsAppSession {
  service: 'waha' | 'evolution';
  name: string;
  startedAt: number;
  /** Random part of the codes, so that two sessions never show the same one. */
  salt: string;
  scannedAt: number | null;
  phone: Phone | null;
  /** The person looked at the code and refused, or the phone removed the device. */
  endedAt: number | null;
  endReason: 'refused' | 'logged_out' | 'expired' | null;
  isPhoneOffline: boolean;
  pairingCode: string | null;
  webhook: { url: string; headers: Record<string, string>; hmacKey: string | null } | null;
}

export type Phase = 'starting' | 'showing' | 'linking' | 'working' | 'failed';

export interface Sight {
  phase: Phase;
  /** Which code, from 0; only while showing. */
  index: number;
}

/** What a session shows at this moment of the emulator's clock. */
export function sightOf(session: WhatsAppSession, { lives }: CodeLives, now: number): Sight {
  if (session.endedAt !== null) return { phase: 'failed', index: 0 };
  if (session.scannedAt !== null) {
    const isLinked = now >= session.scannedAt + LINKING_MS;
    return { phase: isLinked ? 'working' : 'linking', index: 0 };
  }
  let elapsed = now - session.startedAt - STARTING_MS;
  if (elapsed < 0) return { phase: 'starting', index: 0 };
  for (const [index, life] of lives.entries()) {
    if (elapsed < life) return { phase: 'showing', index };
    elapsed -= life;
  }
  return { phase: 'failed', index: 0 };
}

/** The text inside the code, of WhatsApp's shape: a reference and keys, comma separated. */
export function codeText(session: WhatsAppSession, index: number): string {
  return `2@${session.salt}${String(index).padStart(3, '0')},${session.service},${session.name}`;
}

export function newSession(
  service: WhatsAppSession['service'],
  name: string,
  now: number,
): WhatsAppSession {
  return {
    service,
    name,
    startedAt: now,
    salt: randomBytes(48).toString('base64url'),
    scannedAt: null,
    phone: null,
    endedAt: null,
    endReason: null,
    isPhoneOffline: false,
    pairingCode: null,
    webhook: null,
  };
}

/** Eight letters and digits in two groups, without characters that look alike. */
export function newPairingCode(): string {
  const alphabet = 'ABCDEFGHJKLMNPQRSTVWXYZ123456789';
  const text = [...randomBytes(8)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** All sessions of one double. */
export function sessionsOf(world: World, service: WhatsAppSession['service']): WhatsAppSession[] {
  return world.service<WhatsAppSession[]>(service, () => []);
}
