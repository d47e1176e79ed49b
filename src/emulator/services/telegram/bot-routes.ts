import { once } from 'node:events';
import type { Exchange, Route } from '../../kommo/exchange.ts';
import { ApiError } from './api-error.ts';
import { findBot } from './bots.ts';
import type { Call, Method } from './call.ts';
import { EDIT_METHODS } from './edit-methods.ts';
import { contentOf } from './files.ts';
import { refusalError, takeRefusal } from './limits.ts';
import { readParameters } from './parameters.ts';
import { READ_METHODS } from './read-methods.ts';
import { noteSecrets } from './secrets-seen.ts';
import { SEND_METHODS } from './send-methods.ts';
import { type Bot, telegramState } from './state.ts';
import { Described, WEBHOOK_METHODS } from './webhook-methods.ts';

const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...READ_METHODS, ...WEBHOOK_METHODS, ...SEND_METHODS, ...EDIT_METHODS }),
);

/** Larger downloads go out piece by piece, and faults cannot cut them. */
const WHOLE_MAX = 1024 * 1024;

/**
 * Telegram's Bot API, under `/__services/telegram` on any host.
 *
 * @see https://core.telegram.org/bots/api
 */
export function botRoutes(): Route[] {
  const any = { method: '*', host: 'any' } as const;
  return [
    { ...any, path: '/__services/telegram/file/:bot/*', handler: download },
    {
      ...any,
      path: '/__services/telegram/:bot/:call',
      handler: callBot,
      streams: 'multipart/form-data',
    },
    { ...any, path: '/__services/telegram/*', handler: notFound },
  ];
}

function refuse(exchange: Exchange, { code, message, parameters }: ApiError): void {
  const { retry_after } = parameters;
  exchange.sendJson(
    code,
    {
      ok: false,
      error_code: code,
      description: message,
      ...(Object.keys(parameters).length > 0 && { parameters }),
    },
    'application/json',
    retry_after === undefined ? {} : { 'retry-after': String(retry_after) },
  );
}

function notFound(exchange: Exchange): void {
  refuse(exchange, new ApiError(404, 'Not Found'));
}

/** The bot whose token stands in the path. @throws ApiError */
function botOfPath(exchange: Exchange): Bot {
  const part = exchange.param('bot');
  if (!/^bot\d+:[\w-]+$/.test(part)) throw new ApiError(404, 'Not Found');
  const bot = findBot(exchange.world, part.slice('bot'.length));
  if (bot === undefined || bot.is_revoked) throw new ApiError(401, 'Unauthorized');
  return bot;
}

async function callBot(exchange: Exchange): Promise<void> {
  try {
    await answerCall(exchange);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuse(exchange, error);
  }
}

async function answerCall(exchange: Exchange): Promise<void> {
  const { world } = exchange;
  const bot = botOfPath(exchange);
  // Telegram reads method names without regard to case.
  const method = exchange.param('call').toLowerCase();
  const run = METHODS.get(method);
  if (run === undefined) throw new ApiError(404, 'Not Found: method not found');
  const parameters = await readParameters(exchange);
  if (parameters === undefined) return;
  const call: Call = { world, bot, method, parameters };
  noteSecrets(call);
  const refusal = takeRefusal(world, bot, method, parameters.text('chat_id'));
  if (refusal?.action === 'refuse') throw refusalError(refusal);
  const result = run(call);
  if (refusal?.action === 'lose_answer') return void exchange.request.socket.resetAndDestroy();
  const told = result instanceof Described ? result : undefined;
  exchange.sendJson(200, {
    ok: true,
    result: told?.result ?? result,
    ...(told !== undefined && { description: told.description }),
  });
}

/** @see https://core.telegram.org/bots/api#getfile */
async function download(exchange: Exchange): Promise<void> {
  try {
    await sendFile(exchange);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuse(exchange, error);
  }
}

async function sendFile(exchange: Exchange): Promise<void> {
  const { world, response } = exchange;
  const bot = botOfPath(exchange);
  const { paths, files } = telegramState(world);
  const file = files[paths[`${bot.id}/${exchange.param('*')}`] ?? ''];
  const isKnown = file !== undefined && file.path_until >= world.clock.seconds();
  const pieces = isKnown ? contentOf(world, file) : undefined;
  if (!isKnown || pieces === undefined) throw new ApiError(404, 'Not Found');
  // Telegram forgets name and type: only the path's ending is left of them.
  const headers = { 'content-type': 'application/octet-stream' };
  if (file.size <= WHOLE_MAX) return exchange.send(200, Buffer.concat([...pieces]), headers);
  response.writeHead(200, { ...headers, 'content-length': file.size });
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
