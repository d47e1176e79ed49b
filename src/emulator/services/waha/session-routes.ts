import { randomBytes } from 'node:crypto';
import type { Exchange, Handler, Route } from '../../kommo/exchange.ts';
import type { World } from '../../kommo/world.ts';
import type { Fields } from '../whatsapp/state.ts';
import { codeText, newPairingCode, newSession, sightOf } from '../whatsapp.ts';
import { guarded } from './call.ts';
import { fail } from './errors.ts';
import {
  meOf,
  sessionNamed,
  statusOf,
  viewOf,
  WAHA_LIVES,
  type WahaSession,
  wahaSessions,
} from './session.ts';
import { logOut, restart, start, stop, tellBeginning } from './session-changes.ts';
import { wahaState } from './state.ts';

type At = (method: Route['method'], path: string, handler: Handler) => Route;

/** @see https://waha.devlike.pro/docs/how-to/sessions/ */
export function sessionRoutes(at: At): Route[] {
  const one = '/api/sessions/:name';
  const change = (act: (world: World, session: WahaSession) => void) =>
    onSession((exchange, session) => {
      act(exchange.world, session);
      exchange.sendJson(201, viewOf(exchange.world, session));
    });
  return [
    at('POST', '/api/sessions', guarded(create)),
    at('GET', '/api/sessions', guarded(list)),
    at(
      'GET',
      one,
      onSession((exchange, session) => exchange.sendJson(200, viewOf(exchange.world, session))),
    ),
    at('PUT', one, onSession(update)),
    at('DELETE', one, guarded(remove)),
    at(
      'GET',
      `${one}/me`,
      onSession((exchange, session) => exchange.sendJson(200, meOf(exchange.world, session))),
    ),
    at(
      'POST',
      `${one}/start`,
      change((world, session) => {
        if (statusOf(world, session) === 'STOPPED') start(world, session);
      }),
    ),
    at('POST', `${one}/stop`, change(stop)),
    at('POST', `${one}/restart`, change(restart)),
    at('POST', `${one}/logout`, change(logOut)),
    at('GET', '/api/:name/auth/qr', onSession(showCode)),
    at('POST', '/api/:name/auth/request-code', onSession(requestCode)),
  ];
}

function onSession(act: (exchange: Exchange, session: WahaSession) => void): Handler {
  return guarded((exchange) => {
    const session = sessionNamed(exchange.world, exchange.param('name'));
    if (session === undefined) return void fail(exchange, 404, 'Session not found');
    act(exchange, session);
  });
}

function create(exchange: Exchange): void {
  const { world } = exchange;
  const fields = exchange.fields();
  const name =
    typeof fields.name === 'string' ? fields.name : `session_${randomBytes(6).toString('hex')}`;
  if (!/^[A-Za-z0-9_-]{1,54}$/.test(name))
    return void fail(exchange, 400, 'name must match the pattern');
  if (sessionNamed(world, name) !== undefined) {
    return void fail(exchange, 422, `Session '${name}' already exists. Use PUT to update it.`);
  }
  const session: WahaSession = newSession('waha', name, world.clock.now());
  session.config = configIn(fields);
  session.is_stopped = fields.start === false;
  wahaSessions(world).push(session);
  if (wahaState(world).settings.tells_beginnings) tellBeginning(world, session);
  exchange.sendJson(201, viewOf(world, session));
}

/** The whole config is replaced, and a session that runs starts again with it. */
function update(exchange: Exchange, session: WahaSession): void {
  const { world } = exchange;
  session.config = configIn(exchange.fields());
  if (session.is_stopped !== true) restart(world, session);
  exchange.sendJson(200, viewOf(world, session));
}

function configIn({ config }: Fields): Fields {
  return typeof config === 'object' && config !== null && !Array.isArray(config)
    ? (config as Fields)
    : {};
}

/** Without `all`, those that do not run are left out. */
function list(exchange: Exchange): void {
  const { world } = exchange;
  const isAll = exchange.query('all') === 'true';
  const shown = wahaSessions(world).filter(({ is_stopped }) => isAll || is_stopped !== true);
  exchange.sendJson(
    200,
    shown.map((session) => viewOf(world, session)),
  );
}

/** Stops, logs out and forgets a session; an unknown one is no error. */
function remove(exchange: Exchange): void {
  const sessions = wahaSessions(exchange.world);
  const index = sessions.findIndex(({ name }) => name === exchange.param('name'));
  if (index >= 0) sessions.splice(index, 1);
  exchange.send(200);
}

function showCode(exchange: Exchange, session: WahaSession): void {
  const status = statusOf(exchange.world, session);
  if (status !== 'SCAN_QR_CODE') {
    const message = `Can get QR code only in SCAN_QR_CODE status. The current status is '${status}'`;
    return void fail(exchange, 422, message);
  }
  const { index } = sightOf(session, WAHA_LIVES, exchange.world.clock.now());
  exchange.sendJson(200, { value: codeText(session, index) });
}

function requestCode(exchange: Exchange, session: WahaSession): void {
  const { phoneNumber } = exchange.fields();
  if (statusOf(exchange.world, session) !== 'SCAN_QR_CODE') {
    return void fail(exchange, 422, 'Can request a code only in SCAN_QR_CODE status');
  }
  if (typeof phoneNumber !== 'string' || !/^\d{6,15}$/.test(phoneNumber)) {
    return void fail(exchange, 400, 'phoneNumber must be a phone number in international form');
  }
  session.pairingCode = newPairingCode();
  exchange.sendJson(201, { code: session.pairingCode });
}
