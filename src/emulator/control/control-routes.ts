import type { FaultRule } from '../engine/faults.ts';
import { parseMatch } from '../engine/match.ts';
import { disposableToken, type TokenOverrides } from '../kommo/disposable-token.ts';
import type { Exchange, Route } from '../kommo/exchange.ts';
import { deliverDue, notifyCrmWebhooks } from '../kommo/hooks/crm-webhooks.ts';
import { revoke } from '../kommo/oauth/grants.ts';
import { callDisableHook, disable, install } from '../kommo/oauth/lifecycle.ts';
import { removeSource } from '../kommo/rest/source-store.ts';
import { sessionCookie } from '../kommo/session.ts';
import { SWITCHES, type Switches } from '../kommo/switches.ts';
import { UnknownThing } from '../kommo/world.ts';
import { refuseSwitches } from '../page/host/refuse-switches.ts';
import { chatControlRoutes } from './chat-routes.ts';
import { accountOf, type Json, routesUnder, text } from './controlled.ts';
import { evolutionControlRoutes } from './evolution-routes.ts';
import { readLog, writeLog } from './log-routes.ts';
import { openPageControlRoutes } from './open-page-routes.ts';
import { outgoingRoutes } from './outgoing-routes.ts';
import { phoneActRoutes } from './phone-routes.ts';
import { slackControlRoutes } from './slack-routes.ts';
import { supplyRoutes } from './supply-routes.ts';
import { telegramControlRoutes } from './telegram-routes.ts';
import { thingRoutes } from './thing-routes.ts';
import { verdictRoutes } from './verdict-routes.ts';
import { wahaControlRoutes } from './waha-routes.ts';
import { whatsappControlRoutes } from './whatsapp-routes.ts';

/** The emulator's remote control, on every host; JSON in, JSON out. Not part of Kommo. */
export function controlRoutes(): Route[] {
  const route = routesUnder('');
  return [
    route('GET', '/state', ({ world }, _) => world.state),
    route('GET', '/requests', ({ world }) => ({ requests: world.recorder.list() })),
    route('DELETE', '/requests', ({ world }) => done(world.recorder.clear())),
    route('GET', '/log', readLog),
    route('POST', '/log', writeLog, { readsBody: true }),
    route('DELETE', '/log', ({ world }) => done(world.log.clear())),
    route('POST', '/reset', ({ world }) => done(world.reset())),
    route('POST', '/install', installAct),
    route('POST', '/disable', disableAct),
    route('POST', '/revoke', revokeAct),
    route('POST', '/rename', (exchange, body) =>
      done(exchange.world.rename(accountOf(exchange, body), text(body, 'to'))),
    ),
    route('POST', '/token', tokenAct),
    route('GET', '/clock', ({ world }) => ({ now: world.clock.now() })),
    route('POST', '/clock', clockAct),
    route('GET', '/faults', ({ world }) => ({ faults: world.faults.list() })),
    route('POST', '/faults', ({ world }, body) => ({
      id: world.faults.add(body as unknown as FaultRule),
    })),
    route('DELETE', '/faults', (exchange) => {
      const id = exchange.query('id');
      return done(exchange.world.faults.clear(id === undefined ? undefined : Number(id)));
    }),
    route('GET', '/switches', ({ world }) => ({
      switches: world.state.switches,
      options: SWITCHES,
    })),
    route('POST', '/switches', switchesAct),
    route('GET', '/barrier', ({ world }) => ({ barriers: world.barriers.list() })),
    route('POST', '/barrier', barrierAct),
    route('POST', '/barrier/release', ({ world }, { id }) =>
      done(world.barriers.release(id === undefined ? undefined : Number(id))),
    ),
    route('POST', '/sources/delete', deleteSourceAct),
    route('POST', '/crm_webhook', crmWebhookAct),
    route('POST', '/session', sessionAct),
    ...chatControlRoutes(),
    ...openPageControlRoutes(),
    ...outgoingRoutes(),
    ...supplyRoutes(),
    ...verdictRoutes(),
    ...thingRoutes(),
    ...telegramControlRoutes(),
    ...evolutionControlRoutes(),
    ...phoneActRoutes(),
    ...wahaControlRoutes(),
    ...whatsappControlRoutes(),
    ...slackControlRoutes(),
  ];
}

function done(_: unknown): object {
  return { ok: true };
}

function integrationOf({ world }: Exchange, body: Json) {
  return world.integration(body.client_id === undefined ? undefined : text(body, 'client_id'));
}

function userOf(exchange: Exchange, body: Json) {
  const id = body.user_id === undefined ? undefined : Number(body.user_id);
  return exchange.world.user(accountOf(exchange, body), id);
}

async function installAct(exchange: Exchange, body: Json): Promise<object> {
  const account = accountOf(exchange, body);
  const user = userOf(exchange, body);
  const integration = integrationOf(exchange, body);
  const options = { duplicate: body.duplicate === true };
  return { status: await install(exchange.world, account, user, integration, options) };
}

async function disableAct(exchange: Exchange, body: Json): Promise<object> {
  const account = accountOf(exchange, body);
  const integration = integrationOf(exchange, body);
  if (body.hook_only === true) {
    return { statuses: [await callDisableHook(exchange.world, account, integration)] };
  }
  return { statuses: await disable(exchange.world, account, integration) };
}

function revokeAct(exchange: Exchange, body: Json): object {
  const { id } = accountOf(exchange, body);
  const userId = body.user_id;
  const count = revoke(
    exchange.world,
    (one) => one.account_id === id && (userId === undefined || one.user_id === Number(userId)),
  );
  return { revoked: count };
}

function tokenAct(exchange: Exchange, body: Json): object {
  const account = accountOf(exchange, body);
  const user = userOf(exchange, body);
  const integration = integrationOf(exchange, body);
  const overrides = (body.overrides ?? {}) as TokenOverrides;
  return { token: disposableToken(exchange.world, account, user, integration, overrides) };
}

async function clockAct({ world }: Exchange, body: Json): Promise<object> {
  if (body.reset === true) world.clock.reset();
  if (body.freeze !== undefined) {
    world.clock.freeze(typeof body.freeze === 'number' ? body.freeze : undefined);
  }
  if (body.advance_ms !== undefined) {
    if (typeof body.advance_ms !== 'number')
      throw new TypeError('advance_ms: a number is expected');
    world.clock.advance(body.advance_ms);
  }
  await deliverDue(world);
  return { now: world.clock.now() };
}

function switchesAct({ world }: Exchange, body: Json): object {
  const faults = refuseSwitches(body as Switches, world.state.switches);
  if (faults.length > 0) throw new TypeError(faults.join('; '));
  Object.assign(world.state.switches, body);
  return { switches: world.state.switches };
}

function barrierAct({ world }: Exchange, body: Json): object {
  const release = body.release === 'manual' ? 'manual' : 'auto';
  return { id: world.barriers.add(parseMatch(body.match), Number(body.count), release).id };
}

function deleteSourceAct(exchange: Exchange, body: Json): object {
  const { world } = exchange;
  const externalId = body.external_id;
  const source = world.state.sources.find((one) =>
    externalId === undefined ? one.id === Number(body.id) : one.external_id === externalId,
  );
  if (source === undefined) throw new UnknownThing('There is no such source.');
  return { ok: removeSource(world, source.id) };
}

/** Sends an event to those who subscribed by `POST /api/v4/webhooks`. */
async function crmWebhookAct(exchange: Exchange, body: Json): Promise<object> {
  const change = body.change;
  if (typeof change !== 'object' || change === null)
    throw new TypeError('change: an object is expected');
  await notifyCrmWebhooks(exchange.world, accountOf(exchange, body), text(body, 'event'), change);
  return { ok: true };
}

/** Logs a user in on the request's host. */
function sessionAct(exchange: Exchange, body: Json): object {
  const user = userOf(exchange, body);
  exchange.response.setHeader('set-cookie', sessionCookie(user));
  return { user_id: user.id };
}
