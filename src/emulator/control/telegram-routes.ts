import type { Exchange, Route } from '../kommo/exchange.ts';
import { botOf, botUser, knownBots } from '../services/telegram/bots.ts';
import { chatKey, findChat, newChat, personOf } from '../services/telegram/chats.ts';
import { deleteAct, editAct, sendAct } from '../services/telegram/client-acts.ts';
import { personIn } from '../services/telegram/client-scene.ts';
import { chatIdIn, chatSummary, seenChat, waitAct } from '../services/telegram/conversation.ts';
import { retryDelivery } from '../services/telegram/delivery.ts';
import { blockAct, pressAct, reactAct } from '../services/telegram/gesture-acts.ts';
import { groupAct } from '../services/telegram/group-acts.ts';
import { judge } from '../services/telegram/judge.ts';
import { clearRefusals, fileAct, refuseAct, settingsAct } from '../services/telegram/order-acts.ts';
import { runtimeOf } from '../services/telegram/runtime.ts';
import { telegramState } from '../services/telegram/state.ts';
import { type Json, routesUnder } from './controlled.ts';

/**
 * The clients of Telegram's bots by remote control, under `/__emulator/services/telegram`: what they write and see,
 * what the double is to refuse, and what it found.
 */
export function telegramControlRoutes(): Route[] {
  const route = routesUnder('/services/telegram');
  return [
    route('POST', '/client', ({ world }, body) => personIn(world, body)),
    route('POST', '/send', ({ world }, body) => sendAct(world, body)),
    route('POST', '/edit', ({ world }, body) => editAct(world, body)),
    route('POST', '/delete', ({ world }, body) => deleteAct(world, body)),
    route('POST', '/press', ({ world }, body) => pressAct(world, body)),
    route('POST', '/react', ({ world }, body) => reactAct(world, body)),
    route('POST', '/block', ({ world }, body) => blockAct(world, body, true)),
    route('POST', '/unblock', ({ world }, body) => blockAct(world, body, false)),
    route('POST', '/deactivate', deactivate),
    route('POST', '/group', ({ world }, body) => groupAct(world, body)),
    route('POST', '/file', ({ world }, body) => fileAct(world, body)),
    route('POST', '/token', revokeToken),
    route('POST', '/refuse', ({ world }, body) => refuseAct(world, body)),
    route('GET', '/refuse', ({ world }) => ({ refusals: telegramState(world).refusals })),
    route('DELETE', '/refuse', clear),
    route('POST', '/speed', ({ world }, body) => settingsAct(world, body)),
    route('POST', '/retry', ({ world }, { bot }) => {
      retryDelivery(world, botOf(world, bot));
      return { ok: true };
    }),
    route('POST', '/wait', ({ world }, body) => waitAct(world, body)),
    route('GET', '/bots', ({ world }) => ({
      bots: knownBots(world).map((bot) => ({ ...botUser(bot), webhook_url: bot.webhook.url })),
    })),
    route('GET', '/clients', ({ world }) => ({
      clients: Object.values(telegramState(world).people),
    })),
    route('GET', '/chats', listChats),
    route('GET', '/chat', showChat),
    route('GET', '/judge', ({ world }) => judge(world)),
    {
      method: 'GET',
      host: 'any',
      path: '/__emulator/services/telegram/changes',
      handler: streamChanges,
    },
  ];
}

/** The client's account is deleted, or is there again (`is_deactivated: false`). */
function deactivate({ world }: Exchange, body: Json): object {
  const person = personIn(world, body);
  person.is_deactivated = body.is_deactivated !== false;
  return person;
}

/** The bot's owner makes a new token, so that this one is refused; or takes that back. */
function revokeToken({ world }: Exchange, body: Json): object {
  const bot = botOf(world, body.bot);
  bot.is_revoked = body.is_revoked !== false;
  return { bot: bot.username, is_revoked: bot.is_revoked };
}

function clear(exchange: Exchange): object {
  const id = exchange.query('id');
  clearRefusals(exchange.world, id === undefined ? undefined : Number(id));
  return { ok: true };
}

function listChats(exchange: Exchange): object {
  const { world } = exchange;
  const bot = botOf(world, exchange.query('bot'));
  const chats = Object.values(telegramState(world).chats).filter((one) => one.bot_id === bot.id);
  return { chats: chats.map((chat) => chatSummary(world, bot, chat)) };
}

function namedChat(exchange: Exchange) {
  const { world } = exchange;
  const bot = botOf(world, exchange.query('bot'));
  const id = exchange.query('chat_id') ?? exchange.query('client');
  return { world, bot, id: chatIdIn({ chat_id: Number(id) }) };
}

/** A client that has not written yet has an empty chat. */
function showChat(exchange: Exchange): object {
  const { world, bot, id } = namedChat(exchange);
  const chat = findChat(world, bot, id);
  if (chat !== undefined) return seenChat(world, bot, chat);
  personOf(world, id);
  return seenChat(world, bot, newChat(bot, { id, type: 'private' }));
}

/** An event for every change of one chat; the page then asks for the chat. */
function streamChanges(exchange: Exchange): void {
  const { response } = exchange;
  let named: ReturnType<typeof namedChat>;
  try {
    named = namedChat(exchange);
  } catch (error) {
    return void exchange.sendJson(404, { error: (error as Error).message });
  }
  const { world, bot, id } = named;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': listening\n\n');
  const runtime = runtimeOf(world);
  const stop = runtime.listen(chatKey(bot.id, id), () => response.write('data: changed\n\n'));
  // After a reset the page must listen to the new state.
  runtime.stopped.addEventListener('abort', () => response.end(), { once: true });
  response.once('close', stop);
}
