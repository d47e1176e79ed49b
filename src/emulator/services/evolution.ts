/**
 * A double of Evolution API v2 (https://doc.evolution-api.com/v2/): instances, QR codes (without
 * their colours), pairing codes, connection updates by webhook.
 */
import { randomUUID } from 'node:crypto';
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

export const EVOLUTION_API_KEY = 'emulator-evolution-key-0123456789';

/** 45 s for each code, up to the server's QRCODE_LIMIT of 30. */
export const EVOLUTION_LIVES = { lives: Array<number>(30).fill(45_000) };

export function evolutionRoutes(): Route[] {
  const at = (method: Route['method'], path: string, handler: Handler): Route => ({
    method,
    host: 'any',
    path: `/__services/evolution${path}`,
    handler: keyed(handler),
  });
  return [
    at('POST', '/instance/create', create),
    at('GET', '/instance/connect/:name', onInstance(connect)),
    at('GET', '/instance/connectionState/:name', onInstance(showState)),
    at('GET', '/instance/fetchInstances', list),
    at('POST', '/webhook/set/:name', onInstance(setWebhook)),
    at('DELETE', '/instance/logout/:name', onInstance(logOut)),
    at('DELETE', '/instance/delete/:name', onInstance(remove)),
  ];
}

/** Plays the phone: scans, refuses, removes the device, loses its network. */
export async function changeEvolutionInstance(
  world: World,
  session: WhatsAppSession,
  change: 'scan' | 'refuse' | 'log_out' | 'go_offline' | 'go_online',
  phone: Phone,
): Promise<void> {
  const now = world.clock.now();
  switch (change) {
    case 'scan':
      session.phone = phone;
      session.scannedAt = now;
      await announce(world, session, 'connecting', 515);
      setTimeout(() => void announce(world, session, 'open', 200), LINKING_MS + 20).unref();
      return;
    case 'refuse':
      session.endedAt = now;
      session.endReason = 'refused';
      return announce(world, session, 'refused', 428);
    case 'log_out':
      session.endedAt = now;
      session.endReason = 'logged_out';
      return announce(world, session, 'close', 401);
    case 'go_offline':
    case 'go_online':
      session.isPhoneOffline = change === 'go_offline';
      return announce(world, session, session.isPhoneOffline ? 'connecting' : 'open', 408);
  }
}

function keyed(handler: Handler): Handler {
  return (exchange) => {
    if (exchange.header('apikey') !== EVOLUTION_API_KEY)
      return void fail(exchange, 401, 'Unauthorized');
    return handler(exchange);
  };
}

function onInstance(
  act: (exchange: Exchange, session: WhatsAppSession) => Promise<void> | void,
): Handler {
  return (exchange) => {
    const name = exchange.param('name');
    const session = sessionsOf(exchange.world, 'evolution').find((one) => one.name === name);
    if (session === undefined)
      return void fail(exchange, 404, `The "${name}" instance does not exist`);
    return act(exchange, session);
  };
}

function stateOf(world: World, session: WhatsAppSession): 'close' | 'connecting' | 'open' {
  const { phase } = sightOf(session, EVOLUTION_LIVES, world.clock.now());
  if (phase === 'failed') return 'close';
  if (phase === 'working') return session.isPhoneOffline ? 'connecting' : 'open';
  return 'connecting';
}

function create(exchange: Exchange): void {
  const { world } = exchange;
  const fields = exchange.fields();
  const { instanceName, integration } = fields;
  if (typeof instanceName !== 'string' || instanceName === '') {
    return void fail(exchange, 400, 'instanceName is required');
  }
  if (integration !== 'WHATSAPP-BAILEYS') return void fail(exchange, 400, 'Invalid integration');
  const sessions = sessionsOf(world, 'evolution');
  if (sessions.some(({ name }) => name === instanceName)) {
    return void fail(exchange, 403, `This name "${instanceName}" is already in use.`);
  }
  const session = newSession('evolution', instanceName, world.clock.now());
  session.webhook = webhookOf(fields.webhook);
  if (typeof fields.number === 'string') session.pairingCode = newPairingCode();
  sessions.push(session);
  exchange.sendJson(201, {
    instance: { instanceName, instanceId: randomUUID(), integration, status: 'connecting' },
    hash: randomUUID().toUpperCase(),
    qrcode: { count: 0 },
  });
}

function connect(exchange: Exchange, session: WhatsAppSession): void {
  const { world } = exchange;
  if (stateOf(world, session) === 'open') {
    return void exchange.sendJson(200, { instance: { instanceName: session.name, state: 'open' } });
  }
  // Asking again after the codes ran out or the phone left starts a new socket with new codes.
  if (sightOf(session, EVOLUTION_LIVES, world.clock.now()).phase === 'failed') {
    Object.assign(session, newSession('evolution', session.name, world.clock.now()), {
      webhook: session.webhook,
    });
  }
  if (exchange.query('number') !== undefined) {
    session.pairingCode = newPairingCode().replace('-', '');
    session.startedAt = world.clock.now() - 1_000;
  }
  const sight = sightOf(session, EVOLUTION_LIVES, world.clock.now());
  if (sight.phase !== 'showing') return void exchange.sendJson(200, { count: 0 });
  exchange.sendJson(200, {
    pairingCode: session.pairingCode,
    code: codeText(session, sight.index),
    base64: null,
    count: sight.index + 1,
  });
}

function showState(exchange: Exchange, session: WhatsAppSession): void {
  exchange.sendJson(200, {
    instance: { instanceName: session.name, state: stateOf(exchange.world, session) },
  });
}

function list(exchange: Exchange): void {
  const { world } = exchange;
  const wanted = exchange.query('instanceName');
  const found = sessionsOf(world, 'evolution').filter(
    ({ name }) => wanted === undefined || name === wanted,
  );
  if (wanted !== undefined && found.length === 0)
    return void fail(exchange, 404, `Instance "${wanted}" not found`);
  exchange.sendJson(
    200,
    found.map((session) => {
      const state = stateOf(world, session);
      const phone =
        sightOf(session, EVOLUTION_LIVES, world.clock.now()).phase === 'working'
          ? session.phone
          : null;
      return {
        name: session.name,
        connectionStatus: state,
        ownerJid: phone === null ? null : `${phone.number}@s.whatsapp.net`,
        profileName: phone?.name ?? null,
        profilePicUrl: null,
      };
    }),
  );
}

function setWebhook(exchange: Exchange, session: WhatsAppSession): void {
  session.webhook = webhookOf(exchange.fields().webhook);
  exchange.sendJson(201, { enabled: session.webhook !== null, url: session.webhook?.url ?? '' });
}

function logOut(exchange: Exchange, session: WhatsAppSession): void {
  if (stateOf(exchange.world, session) === 'close') {
    return void fail(exchange, 400, `The "${session.name}" instance is not connected`);
  }
  session.endedAt = exchange.world.clock.now();
  session.endReason = 'logged_out';
  exchange.sendJson(200, {
    status: 'SUCCESS',
    error: false,
    response: { message: 'Instance logged out' },
  });
}

function remove(exchange: Exchange, session: WhatsAppSession): void {
  const sessions = sessionsOf(exchange.world, 'evolution');
  sessions.splice(sessions.indexOf(session), 1);
  exchange.sendJson(200, {
    status: 'SUCCESS',
    error: false,
    response: { message: 'Instance deleted' },
  });
}

function announce(
  world: World,
  session: WhatsAppSession,
  state: string,
  statusReason: number,
): Promise<void> {
  const isOpen = state === 'open';
  const body = {
    event: 'connection.update',
    instance: session.name,
    data: {
      instance: session.name,
      state,
      statusReason,
      ...(isOpen && session.phone
        ? { wuid: `${session.phone.number}@s.whatsapp.net`, profileName: session.phone.name }
        : {}),
    },
    date_time: new Date(world.clock.now()).toISOString(),
    server_url: `${world.url}/__services/evolution`,
  };
  return postEvent(world, session, body, () => ({}));
}

function webhookOf(value: unknown): WhatsAppSession['webhook'] {
  const { url, headers } = (value ?? {}) as { url?: unknown; headers?: unknown };
  if (typeof url !== 'string') return null;
  const own = Object.entries((headers ?? {}) as Record<string, unknown>);
  return {
    url,
    headers: Object.fromEntries(own.map(([name, text]) => [name, String(text)])),
    hmacKey: null,
  };
}

function fail(exchange: Exchange, status: number, message: string): void {
  const error = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }[
    status
  ];
  exchange.sendJson(status, { status, error, response: { message: [message] } });
}
