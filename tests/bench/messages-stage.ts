import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { telegramState } from '../../src/emulator/services/telegram/state.ts';
import { type Db, openHandle } from '../../src/server/platform/database/database.ts';
import { createApi } from '../support/api.ts';
import { spawnBackend } from '../support/backend-process.ts';
import { botToken, connectBot, readSettings, save, unchanged } from '../support/channels.ts';
import { DEMO, PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { telegramClient } from '../support/telegram.ts';
import { waitFor } from '../support/wait-for.ts';
import type { LoadRequest } from './load.ts';
import { openStore } from './messages-store.ts';
import { until } from './stage.ts';

/** A client of a bot who has written already, and the chat Kommo has of it. */
export interface BenchChat {
  bot: number;
  clientId: number;
  kommo: Emulator['state']['chats'][number];
}

/** A backend in a process of its own. */
export interface BenchBackend {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** An account whose Telegram channels carry messages. Kommo and Telegram are in this process. */
export interface MessageStage {
  emulator: Emulator;
  /** @throws on the embedded database: only its process can read it */
  postgres(): { db: Db; url: string };
  /** The chats of one bot. */
  chatsOf(bot: number): BenchChat[];
  /** What Telegram posts when a client writes: with its own secret, and an update nobody has seen yet. */
  update(chat: Pick<BenchChat, 'bot' | 'clientId'>, text: string): LoadRequest;
  /** What Kommo posts when a manager writes: signed, with a message nobody has seen yet. */
  hook(chat: BenchChat, text: string): LoadRequest;
  /** Starts a backend. Kommo's and Telegram's own calls go to the one started last. */
  start(env?: Record<string, string>): Promise<BenchBackend>;
  close(): Promise<void>;
}

/** Every bot's clients have ids of their own. */
const CLIENTS_OF_A_BOT = 1_000_000;

/** Ids of updates and messages that the emulated Telegram does not reach. */
const FIRST_NUMBER = 50_000_000;

/** So many chats begin at a time. */
const AT_ONCE = 16;

/**
 * @param options.bots how many channels; default 1
 * @param options.chats chats of each, in which one message has arrived
 */
export async function openMessageStage(options: {
  kind?: 'postgres' | 'embedded';
  bots?: number;
  chats: number;
  switches?: Record<string, string>;
}): Promise<MessageStage> {
  const { kind = 'postgres', bots = 1, chats, switches } = options;
  const emulator = await createEmulator({
    seed: { switches: { rateLimit: '0', mediaFetch: 'never', ...switches } },
  });
  const store = await openStore(kind);
  const running = new Set<BenchBackend>();
  const start: MessageStage['start'] = async (env = {}) => {
    const child = spawnBackend(testEnvironment(emulator.port, { ...store.env, ...env }));
    const url = await child.ready();
    emulator.useBackend(PUBLIC_URL, url);
    const backend = {
      url,
      pid: child.pid,
      stop: async () => {
        running.delete(backend);
        child.kill('SIGTERM');
        await child.exited;
      },
    };
    running.add(backend);
    return backend;
  };
  const setUp = await start();
  await connect(emulator, setUp.url, bots);
  await beginChats(emulator, bots, chats);
  await setUp.stop();

  const pool = store.url === undefined ? undefined : new pg.Pool({ connectionString: store.url });
  // Dropping the database in the end cuts connections that are just being closed.
  pool?.on('error', () => undefined);
  const db = pool && openHandle(new PostgresDialect({ pool }));
  return {
    emulator,
    postgres: () => {
      if (db === undefined || store.url === undefined) throw new Error('This is not PostgreSQL.');
      return { db, url: store.url };
    },
    chatsOf: (bot) => chatsOf(emulator, bot),
    ...senders(emulator),
    start,
    close: async () => {
      emulator.clearFaults();
      await Promise.all([...running].map((backend) => backend.stop()));
      await db?.destroy();
      await emulator.close();
      await store.remove();
    },
  };
}

/** Installs the account, connects its bots, saves, and waits until Kommo has the sources. */
async function connect(emulator: Emulator, url: string, bots: number): Promise<void> {
  const client = { emulator, api: createApi(emulator, url), waitFor };
  await emulator.install(DEMO.subdomain);
  await until(async () => {
    const { body } = await client.api('GET', '/messenger/settings');
    return body.install?.state === 'active';
  });
  for (let bot = 0; bot < bots; bot += 1) await connectBot(client, bot);
  await save(client, unchanged(await readSettings(client)));
  await until(async () => (await readSettings(client)).sync.state === 'done');
}

/** Lets every client write once, and waits until Kommo has the chats. */
async function beginChats(emulator: Emulator, bots: number, chats: number): Promise<void> {
  for (let bot = 0; bot < bots; bot += 1) {
    const telegram = telegramClient(emulator, botToken(bot));
    const clients = Array.from({ length: chats }, (_, index) => clientOf(bot, index));
    const write = async () => {
      for (let client = clients.shift(); client; client = clients.shift()) {
        await telegram.act('send', { client, kind: 'text', text: 'Hola' });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, write));
  }
  await until(() => emulator.state.chats.length === bots * chats, 300);
}

function clientOf(bot: number, index: number) {
  const id = (bot + 1) * CLIENTS_OF_A_BOT + index;
  return { id, first_name: `Client ${id}`, language_code: 'en' };
}

function chatsOf(emulator: Emulator, bot: number): BenchChat[] {
  return emulator.state.chats
    .map((kommo) => ({ kommo, clientId: Number(kommo.user.name.split(' ')[1]) }))
    .filter(({ clientId }) => Math.floor(clientId / CLIENTS_OF_A_BOT) === bot + 1)
    .map((chat) => ({ ...chat, bot }));
}

function senders(emulator: Emulator): Pick<MessageStage, 'update' | 'hook'> {
  let number = FIRST_NUMBER;
  const [scope] = emulator.state.scopes;
  const account = emulator.world.account(DEMO.subdomain);
  const manager = emulator.world.user(account).amojo_id ?? '';
  const { KOMMO_CHANNEL_SECRET: secret = '' } = testEnvironment(emulator.port);
  const webhookOf = (bot: number) => telegramState(emulator.world).bots[botToken(bot)]?.webhook;
  return {
    update: ({ bot, clientId }, text) => {
      number += 1;
      const from = { id: clientId, first_name: `Client ${clientId}` };
      const webhook = webhookOf(bot);
      return {
        method: 'POST',
        path: new URL(webhook?.url ?? '').pathname,
        headers: {
          'content-type': 'application/json',
          'x-telegram-bot-api-secret-token': webhook?.secret_token ?? '',
        },
        body: JSON.stringify({
          update_id: number,
          message: {
            message_id: number,
            from: { ...from, is_bot: false, language_code: 'en' },
            chat: { ...from, type: 'private' },
            date: Math.floor(Date.now() / 1000),
            text,
          },
        }),
      };
    },
    hook: ({ kommo }, text) => {
      const body = JSON.stringify(hookBody(account.amojo_id ?? '', manager, kommo, text));
      return {
        method: 'POST',
        path: `/kommo/chats/${scope?.scope_id}`,
        headers: {
          'content-type': 'application/json',
          'x-signature': createHmac('sha1', secret).update(body).digest('hex'),
        },
        // Kommo puts a line break behind the body, and does not sign it.
        body: `${body}\n`,
      };
    },
  };
}

/** @see https://developers.kommo.com/reference/receiving-chat-webhooks */
function hookBody(accountId: string, userId: string, chat: BenchChat['kommo'], text: string) {
  const now = Date.now();
  const { id, phone, email, client_id } = chat.user;
  return {
    account_id: accountId,
    time: Math.floor(now / 1000),
    message: {
      receiver: { id, phone, email, client_id },
      sender: { id: userId },
      conversation: { id: chat.id, client_id: chat.conversation_id },
      source: { external_id: chat.source_external_id },
      timestamp: Math.floor(now / 1000),
      msec_timestamp: now,
      message: {
        ...{ id: randomUUID(), type: 'text', text, tag: '', markup: null },
        ...{ media: '', thumbnail: '', file_name: '', file_size: 0 },
      },
    },
  };
}

/** Calls `act` so many times a second, whatever becomes of the calls before; waits for all of them. */
export async function atRate(
  perSecond: number,
  seconds: number,
  act: (index: number) => Promise<unknown>,
): Promise<void> {
  const began = performance.now();
  const calls: Promise<unknown>[] = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const waitMs = began + (index * 1000) / perSecond - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const call = act(index);
    // A failure is told in the end.
    call.catch(() => undefined);
    calls.push(call);
  }
  await Promise.all(calls);
}

/** When a text came to Kommo or to Telegram, by the clock of this machine, in milliseconds since 1970. */
export function arrivals(emulator: Emulator, direction: 'in' | 'out'): Map<string, number> {
  const match =
    direction === 'in'
      ? { method: 'POST', host: 'amojo.*', bodyContains: '"new_message"' }
      : { path: '/__services/telegram/bot*/sendMessage' };
  const came = new Map<string, number>();
  for (const { body, at } of emulator.requests(match)) {
    const json = JSON.parse(body);
    const text = direction === 'in' ? json.payload.message.text : json.text;
    // A repeat is later, and says nothing about how long it took.
    if (!came.has(text)) came.set(text, at);
  }
  return came;
}

/** Sends a request outside a load. @returns milliseconds until its answer. @throws for another status than 200 or 204 */
export async function post(url: string, request: LoadRequest): Promise<number> {
  const began = performance.now();
  const answer = await fetch(`${url}${request.path}`, {
    method: request.method ?? 'POST',
    ...(request.headers && { headers: request.headers }),
    ...(request.body !== undefined && { body: request.body }),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${request.path}: ${answer.status}`);
  return performance.now() - began;
}
