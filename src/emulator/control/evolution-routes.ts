import type { FaultAction } from '../engine/faults.ts';
import type { Exchange, Route } from '../kommo/exchange.ts';
import { UnknownThing, type World } from '../kommo/world.ts';
import { restartServer } from '../services/evolution/emit.ts';
import { judge } from '../services/evolution/judge.ts';
import { repeatMessage, tellAnyStatus } from '../services/evolution/listen.ts';
import { type DoubleSettings, evolutionState } from '../services/evolution/state.ts';
import { sessionsOf, type WhatsAppSession } from '../services/whatsapp.ts';
import { type Json, routesUnder, text } from './controlled.ts';

/**
 * What goes wrong with Evolution API's double, by remote control under `/__emulator/services/evolution`. What people write is
 * under `/__emulator/services/whatsapp`.
 */
export function evolutionControlRoutes(): Route[] {
  const route = routesUnder('/services/evolution');
  return [
    route('GET', '/judge', ({ world }) => judge(world)),
    route('GET', '/settings', ({ world }) => evolutionState(world).settings),
    route('POST', '/settings', changeSettings),
    route('POST', '/fault', addFault),
    route('POST', '/restart', ({ world }) => {
      restartServer(world);
      return { ok: true };
    }),
    route('POST', '/repeat', repeat),
    route('POST', '/status', tellStatus),
  ];
}

/** See DoubleSettings: what is named changes, of the type it has. */
function changeSettings({ world }: Exchange, body: Json): DoubleSettings {
  const { settings } = evolutionState(world);
  for (const [name, value] of Object.entries(body)) {
    const known: unknown = Object.hasOwn(settings, name)
      ? settings[name as keyof DoubleSettings]
      : undefined;
    if (typeof known !== typeof value || known === undefined) {
      throw new TypeError(`${name}: no such setting, or of another type`);
    }
    if (typeof value === 'number' && !(value >= 0)) throw new TypeError(`${name}: 0 or more`);
  }
  return Object.assign(settings, body);
}

const HTML =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';

/**
 * The next `times` (1) calls of `method` (`message/sendText`) go wrong: `action` is `lose_answer`, `hang`, `reset`, `html`, or a
 * status with an optional `message` in Evolution's frame.
 */
function addFault({ world }: Exchange, body: Json): object {
  const method = body.method === undefined ? '*' : text(body, 'method');
  const instance = body.instance === undefined ? '*' : text(body, 'instance');
  const { times = 1, after = 0 } = body;
  const id = world.faults.add({
    match: { path: `/__services/evolution/${method}/${instance}` },
    times: Number(times),
    after: Number(after),
    action: actionIn(body),
  });
  return { id };
}

function actionIn({ action, message = 'Internal Server Error' }: Json): FaultAction {
  switch (action) {
    case 'lose_answer':
      return 'loseAnswer';
    case 'hang':
    case 'reset':
      return action;
    case 'html':
      return { status: 502, body: HTML, headers: { 'content-type': 'text/html' } };
  }
  if (typeof action !== 'number') {
    throw new TypeError('action: lose_answer, hang, reset, html or a status is expected');
  }
  const error = action >= 500 ? 'Internal Server Error' : 'Bad Request';
  return {
    status: action,
    body: { status: action, error, response: { message } },
    headers: { 'content-type': 'application/json' },
  };
}

/** @throws TypeError, UnknownThing */
function sessionIn(world: World, body: Json): WhatsAppSession {
  const sessions = sessionsOf(world, 'evolution');
  const [only] = sessions;
  const session =
    body.instance === undefined
      ? only
      : sessions.find(({ name }) => name === text(body, 'instance'));
  if (session === undefined) throw new UnknownThing('There is no such instance.');
  return session;
}

/**
 * WhatsApp brings `message_id` again, `copies` (1) times: a device that loops. The server drops what comes within five minutes,
 * unless `forgotten` says that it has forgotten.
 */
function repeat({ world }: Exchange, body: Json): object {
  const { copies = 1, forgotten = true } = body;
  if (!Number.isInteger(copies)) throw new TypeError('copies: a whole number is expected');
  const session = sessionIn(world, body);
  const id = text(body, 'message_id');
  for (let copy = 0; copy < Number(copies); copy += 1) {
    repeatMessage(world, session, id, forgotten === true);
  }
  return { copies };
}

/** `messages.update` of `message_id` with any `status`, such as `DELETED` for one that the server does not know. */
function tellStatus({ world }: Exchange, body: Json): object {
  tellAnyStatus(world, sessionIn(world, body), text(body, 'message_id'), text(body, 'status'));
  return { ok: true };
}
