import { setTimeout as delay } from 'node:timers/promises';
import type { Exchange, Handler } from '../../kommo/exchange.ts';
import type { World } from '../../kommo/world.ts';
import type { Fields } from '../whatsapp/state.ts';
import { crash, fail, RequestError, ServerError } from './errors.ts';
import { BodyTooLarge, type FileBody, readFileBody } from './file-body.ts';
import { noteSecrets } from './judge.ts';
import { catchUp } from './network-events.ts';
import { type Working, workingSession } from './session.ts';
import { type Refusal, WAHA_API_KEY, wahaState } from './state.ts';

/** A handler behind the API key and the ordered refusals. */
export function guarded(handler: Handler): Handler {
  return keyed(refusable(handler));
}

function keyed(handler: Handler): Handler {
  return (exchange) => {
    const { world, url } = exchange;
    if (exchange.query('x-api-key') !== undefined) noteSecrets(world, '', url.search);
    // The page of files takes the key from the address, too; this double is stricter.
    if (exchange.header('x-api-key') !== WAHA_API_KEY)
      return void fail(exchange, 401, 'Unauthorized');
    return handler(exchange);
  };
}

function refusable(handler: Handler): Handler {
  return async (exchange) => {
    const refusal = takeRefusal(exchange);
    if (refusal === undefined) return await handler(exchange);
    if (refusal.action !== 'lose_answer') return await refuse(exchange, refusal);
    await handler(exchange);
    exchange.request.socket.resetAndDestroy();
    exchange.answer = undefined;
  };
}

/** The ordered refusal that this call hits, using one of its times. */
function takeRefusal(exchange: Exchange): Refusal | undefined {
  const parts = exchange.url.pathname.split('/');
  const named = exchange.param('session') || exchange.param('name') || exchange.query('session');
  const session = named ?? exchange.fields().session;
  for (const rule of wahaState(exchange.world).refusals) {
    if (rule.left === 0) continue;
    if (rule.call !== null && !parts.includes(rule.call)) continue;
    if (rule.session !== null && rule.session !== session) continue;
    if (rule.pass > 0) {
      rule.pass -= 1;
      continue;
    }
    if (rule.left !== null) rule.left -= 1;
    rule.hits += 1;
    return rule;
  }
  return undefined;
}

async function refuse(exchange: Exchange, { action, status, message }: Refusal): Promise<void> {
  const { request, world } = exchange;
  switch (action) {
    case 'hang': {
      const { promise, resolve } = Promise.withResolvers<void>();
      exchange.response.once('close', resolve);
      world.life.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      request.socket.destroy();
      return;
    }
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'html':
      return void exchange.sendHtml(status, `<html><body><h1>${status}</h1></body></html>`);
    default:
      return status >= 500 ? crash(exchange, message, status) : fail(exchange, status, message);
  }
}

/** One call of the API for a session that works. */
export interface Call extends Working {
  exchange: Exchange;
  world: World;
  fields: Fields;
}

type Act = (call: Call) => Promise<void> | void;

/** A call that names its session in the body, in the query or in the path (`:session`). */
export function sessionCall(act: Act): Handler {
  return guarded((exchange) => perform(exchange, exchange.fields(), act));
}

async function perform(exchange: Exchange, fields: Fields, act: Act): Promise<void> {
  const { world } = exchange;
  const name = exchange.param('session') || exchange.query('session') || fields.session;
  const working = workingSession(exchange, name ?? 'default');
  if (working === undefined) return;
  catchUp(world, working.session);
  noteSecrets(world, working.session.name, fields);
  try {
    await act({ exchange, world, fields, ...working });
  } catch (error) {
    if (error instanceof RequestError) return void fail(exchange, 400, error.message);
    if (error instanceof ServerError) return void crash(exchange, error.message);
    throw error;
  }
  const { answers, answer_delay_ms } = wahaState(world).settings;
  if (answers === 'empty' && exchange.answer?.status === 201) exchange.send(201);
  if (answer_delay_ms > 0)
    await delay(answer_delay_ms, undefined, { signal: world.life }).catch(() => undefined);
}

type FileAct = (call: Call, data: FileBody['data']) => Promise<void> | void;

/** A call whose body may be a file of many megabytes: it is read here, and never held. */
export function fileCall(act: FileAct): Handler {
  return keyed(async (exchange) => {
    const { most_body_bytes } = wahaState(exchange.world).settings;
    let body: FileBody;
    try {
      body = await readFileBody(exchange.request, most_body_bytes);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) return void exchange.request.destroy();
      fail(exchange, 413, 'request entity too large');
      return;
    }
    if (body.fields === undefined) return void fail(exchange, 400, 'Unexpected end of JSON input');
    const { fields, data } = body;
    // For refusals by session, and for the body of a 500, which repeats what was asked.
    exchange.body = Buffer.from(JSON.stringify(fields));
    await refusable(() => perform(exchange, fields, (call) => act(call, data)))(exchange);
  });
}

/** @throws RequestError */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new RequestError(`${name} must be a string`);
  return value;
}
