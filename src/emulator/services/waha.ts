/**
 * A double of WAHA, the WhatsApp HTTP API (https://waha.devlike.pro/docs/how-to/sessions/): sessions, QR
 * codes, pairing codes and signed webhooks.
 */
import { createHmac, randomUUID } from 'node:crypto';
import type { Exchange, Handler, Route } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';
import {
  codeText,
  LINKING_MS,
  newPairingCode,
  newSession,
  type Phone,
  postEvent,
  sessionsOf,
  sightOf,
  type WhatsAppSession,
} from './whatsapp.ts';

export const WAHA_API_KEY = 'emulator-waha-key-0123456789';

/** The first code lives 60 s, then six of 20 s, then the session fails. */
export const WAHA_LIVES = { lives: [60_000, ...Array<number>(6).fill(20_000)] };

const STATUS = {
  starting: 'STARTING',
  showing: 'SCAN_QR_CODE',
  linking: 'STARTING',
  working: 'WORKING',
  failed: 'FAILED',
} as const;

export function wahaRoutes(): Route[] {
  const at = (method: Route['method'], path: string, handler: Handler): Route => ({
    method,
    host: 'any',
    path: `/__services/waha${path}`,
    handler: keyed(handler),
  });
  return [
    at('POST', '/api/sessions', create),
    at(
      'GET',
      '/api/sessions/:name',
      onSession((exchange, session) => exchange.sendJson(200, view(exchange.world, session))),
    ),
    at('PUT', '/api/sessions/:name', onSession(update)),
    at('DELETE', '/api/sessions/:name', remove),
    at('GET', '/api/:name/auth/qr', onSession(showCode)),
    at('POST', '/api/:name/auth/request-code', onSession(requestCode)),
    at(
      'GET',
      '/api/sessions/:name/me',
      onSession((exchange, session) => exchange.sendJson(200, me(exchange.world, session))),
    ),
  ];
}

/** Plays the phone: scans, refuses, removes the device, loses its network. */
export async function changeWahaSession(
  world: World,
  session: WhatsAppSession,
  change: 'scan' | 'refuse' | 'log_out' | 'go_offline' | 'go_online',
  phone: Phone,
): Promise<void> {
  const now = world.clock.now();
  if (change === 'scan') {
    session.phone = phone;
    session.scannedAt = now;
    await announce(world, session);
    setTimeout(() => void announce(world, session), LINKING_MS + 20).unref();
    return;
  }
  if (change === 'go_offline' || change === 'go_online') {
    session.isPhoneOffline = change === 'go_offline';
    await post(world, session, 'state.change', session.isPhoneOffline ? 'TIMEOUT' : 'CONNECTED');
    return;
  }
  session.endedAt = now;
  session.endReason = change === 'refuse' ? 'refused' : 'logged_out';
  await announce(world, session);
}

function keyed(handler: Handler): Handler {
  return (exchange) => {
    if (exchange.header('x-api-key') !== WAHA_API_KEY)
      return void fail(exchange, 401, 'Unauthorized');
    return handler(exchange);
  };
}

function onSession(
  act: (exchange: Exchange, session: WhatsAppSession) => Promise<void> | void,
): Handler {
  return (exchange) => {
    const session = find(exchange.world, exchange.param('name'));
    if (session === undefined) return void fail(exchange, 404, 'Session not found');
    return act(exchange, session);
  };
}

function find(world: World, name: string): WhatsAppSession | undefined {
  return sessionsOf(world, 'waha').find((session) => session.name === name);
}

function create(exchange: Exchange): void {
  const { world } = exchange;
  const fields = exchange.fields();
  const name = typeof fields.name === 'string' ? fields.name : 'default';
  if (!/^[A-Za-z0-9_-]{1,54}$/.test(name))
    return void fail(exchange, 400, 'name must match the pattern');
  if (find(world, name) !== undefined) {
    return void fail(exchange, 422, `Session '${name}' already exists. Use PUT to update it.`);
  }
  const session = newSession('waha', name, world.clock.now());
  session.webhook = webhookOf(fields.config);
  sessionsOf(world, 'waha').push(session);
  exchange.sendJson(201, view(world, session));
}

function update(exchange: Exchange, session: WhatsAppSession): void {
  session.webhook = webhookOf(exchange.fields().config);
  exchange.sendJson(200, view(exchange.world, session));
}

/** Stops, logs out and forgets a session; an unknown one is no error. */
function remove(exchange: Exchange): void {
  const sessions = sessionsOf(exchange.world, 'waha');
  const index = sessions.findIndex(({ name }) => name === exchange.param('name'));
  if (index >= 0) sessions.splice(index, 1);
  exchange.send(200);
}

function showCode(exchange: Exchange, session: WhatsAppSession): void {
  const sight = sightOf(session, WAHA_LIVES, exchange.world.clock.now());
  if (sight.phase !== 'showing') {
    return void fail(
      exchange,
      422,
      `Can get QR code only in SCAN_QR_CODE status. The current status is '${STATUS[sight.phase]}'`,
    );
  }
  exchange.sendJson(200, { value: codeText(session, sight.index) });
}

function requestCode(exchange: Exchange, session: WhatsAppSession): void {
  const { phase } = sightOf(session, WAHA_LIVES, exchange.world.clock.now());
  const phoneNumber = exchange.fields().phoneNumber;
  if (phase !== 'showing')
    return void fail(exchange, 422, 'Can request a code only in SCAN_QR_CODE status');
  if (typeof phoneNumber !== 'string' || !/^\d{6,15}$/.test(phoneNumber)) {
    return void fail(exchange, 400, 'phoneNumber must be a phone number in international form');
  }
  session.pairingCode = newPairingCode();
  exchange.sendJson(201, { code: session.pairingCode });
}

function view(world: World, session: WhatsAppSession): object {
  const { phase } = sightOf(session, WAHA_LIVES, world.clock.now());
  return {
    name: session.name,
    status: STATUS[phase],
    me: phase === 'working' ? me(world, session) : null,
    config: { webhooks: session.webhook === null ? [] : [{ url: session.webhook.url }] },
    engine: { engine: 'WEBJS', state: session.isPhoneOffline ? 'TIMEOUT' : 'CONNECTED' },
  };
}

function me(world: World, session: WhatsAppSession): object | null {
  if (
    session.phone === null ||
    sightOf(session, WAHA_LIVES, world.clock.now()).phase !== 'working'
  ) {
    return null;
  }
  return { id: `${session.phone.number}@c.us`, pushName: session.phone.name };
}

function announce(world: World, session: WhatsAppSession): Promise<void> {
  const { phase } = sightOf(session, WAHA_LIVES, world.clock.now());
  return post(world, session, 'session.status', { name: session.name, status: STATUS[phase] });
}

function post(
  world: World,
  session: WhatsAppSession,
  event: string,
  payload: unknown,
): Promise<void> {
  const body = {
    id: `evt_${randomUUID()}`,
    timestamp: world.clock.now(),
    event,
    session: session.name,
    payload,
  };
  const key = session.webhook?.hmacKey;
  return postEvent(world, session, body, (text): Record<string, string> => {
    if (key == null) return {};
    return {
      'x-webhook-hmac': createHmac('sha512', key).update(text).digest('hex'),
      'x-webhook-hmac-algorithm': 'sha512',
      'x-webhook-request-id': randomUUID(),
      'x-webhook-timestamp': String(world.clock.now()),
    };
  });
}

function webhookOf(config: unknown): WhatsAppSession['webhook'] {
  const webhooks = (config as { webhooks?: unknown } | undefined)?.webhooks;
  const first: unknown = Array.isArray(webhooks) ? webhooks[0] : undefined;
  const { url, hmac } = (first ?? {}) as { url?: unknown; hmac?: { key?: unknown } };
  if (typeof url !== 'string') return null;
  return { url, headers: {}, hmacKey: typeof hmac?.key === 'string' ? hmac.key : null };
}

function fail(exchange: Exchange, statusCode: number, message: string): void {
  const error = { 400: 'Bad Request', 401: 'Unauthorized', 404: 'Not Found' }[statusCode];
  exchange.sendJson(statusCode, { statusCode, message, error: error ?? 'Unprocessable Entity' });
}
