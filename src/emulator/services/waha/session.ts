import type { Exchange } from '../../kommo/exchange.ts';
import type { World } from '../../kommo/world.ts';
import type { Fields } from '../whatsapp/state.ts';
import { sessionsOf, sightOf, type WhatsAppSession } from '../whatsapp.ts';
import { fail } from './errors.ts';
import { wahaState } from './state.ts';

/** The first code lives 60 s, then six of 20 s, then the session fails. */
export const WAHA_LIVES = { lives: [60_000, ...Array<number>(6).fill(20_000)] };

export type Status = 'STOPPED' | 'STARTING' | 'SCAN_QR_CODE' | 'WORKING' | 'FAILED';

const STATUS = {
  starting: 'STARTING',
  showing: 'SCAN_QR_CODE',
  linking: 'STARTING',
  working: 'WORKING',
  failed: 'FAILED',
} as const;

/** A session of WAHA; what only WAHA has is missing in states of the emulator before it had messages. */
export interface WahaSession extends WhatsAppSession {
  /** As it was handed in. */
  config?: Fields;
  is_stopped?: boolean;
  /** Until when it starts again, in milliseconds. */
  restarting_until?: number;
  /** The last three. */
  statuses?: { status: Status; timestamp: number }[];
  /** Messages that came while it did not work; WhatsApp keeps them for it. */
  missed?: { chat: string; id: string }[];
  /** Chats whose presence is told. */
  subscribed?: string[];
}

export function wahaSessions(world: World): WahaSession[] {
  return sessionsOf(world, 'waha');
}

export function sessionNamed(world: World, name: string): WahaSession | undefined {
  return wahaSessions(world).find((session) => session.name === name);
}

export function statusOf(world: World, session: WahaSession): Status {
  if (session.is_stopped === true) return 'STOPPED';
  const now = world.clock.now();
  if ((session.restarting_until ?? 0) > now) return 'STARTING';
  return STATUS[sightOf(session, WAHA_LIVES, now).phase];
}

/** The linked number's hidden id: as little like the number as a person's. */
export function lidOfLine(number: string): string {
  return `199${[...number].reverse().join('')}`;
}

/** The linked account, while the session works. @see https://waha.devlike.pro/docs/how-to/sessions/#get-me */
export function meOf(world: World, session: WahaSession): Fields | null {
  if (session.phone === null || statusOf(world, session) !== 'WORKING') return null;
  const { engine } = wahaState(world).settings;
  const { number, name } = session.phone;
  return {
    id: `${number}@c.us`,
    pushName: name,
    lid: `${lidOfLine(number)}@lid`,
    ...(engine !== 'WEBJS' && { jid: `${number}:12@s.whatsapp.net` }),
  };
}

/** The session as the API shows it: with the config as it was handed in. */
export function viewOf(world: World, session: WahaSession): object {
  const { engine } = wahaState(world).settings;
  const config = session.config ?? {};
  const webhooks = Array.isArray(config.webhooks) ? config.webhooks : [];
  const state = session.isPhoneOffline ? 'TIMEOUT' : 'CONNECTED';
  return {
    name: session.name,
    status: statusOf(world, session),
    me: meOf(world, session),
    config: {
      proxy: null,
      debug: false,
      ...config,
      webhooks: webhooks.map((webhook) => ({
        hmac: null,
        retries: null,
        customHeaders: null,
        ...(webhook as Fields),
      })),
    },
    timestamps: { activity: world.clock.now() },
    engine: { engine, ...(engine === 'WEBJS' && { state }) },
  };
}

/** A session that works and its linked number. */
export interface Working {
  session: WahaSession;
  number: string;
}

/** The session of a call if it works; else the call is refused. */
export function workingSession(exchange: Exchange, name: unknown): Working | undefined {
  const { world } = exchange;
  const session = typeof name === 'string' ? sessionNamed(world, name) : undefined;
  if (session === undefined) return void fail(exchange, 404, 'Session not found');
  const status = statusOf(world, session);
  if (status === 'WORKING' && session.phone !== null) {
    return { session, number: session.phone.number };
  }
  // Seen at github.com/devlikeapro/waha/issues/1329.
  exchange.sendJson(422, {
    error: 'Session status is not as expected. Try again later or restart the session',
    session: session.name,
    status,
    expected: ['WORKING'],
  });
  return undefined;
}
