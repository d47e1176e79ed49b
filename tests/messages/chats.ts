import type { Channel } from '../../src/contract/api.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { ActResult, Outgoing } from '../../src/emulator/kommo/amojo/outgoing.ts';
import type { Chat, Message } from '../../src/emulator/kommo/chat-entities.ts';
import type { SeenMessage } from '../../src/emulator/services/telegram/conversation.ts';
import { botToken, connectBot, readSettings, save, unchanged } from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import type { TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { telegramClient } from '../support/telegram.ts';
import { waitFor } from '../support/wait-for.ts';

/** The accounts of the emulator's seed that tests hold conversations in. */
export type AccountName = 'demo' | 'other';

const ADMINS = { demo: DEMO.admin, other: OTHER.admin };
const IDS = { demo: DEMO.id, other: OTHER.id };

function tokenOf({ emulator }: Pick<TestServer, 'emulator'>, account: AccountName): string {
  return emulator.disposableToken(account, ADMINS[account]);
}

/** Connects bots to an installed account, saves, and waits until Kommo has their sources. */
export async function saveBots(
  server: TestServer,
  numbers: readonly number[],
  account: AccountName = 'demo',
): Promise<Channel[]> {
  const token = tokenOf(server, account);
  const channels: Channel[] = [];
  for (const number of numbers) channels.push(await connectBot(server, number, token));
  await saveAll(server, account);
  return channels;
}

/** Saves the settings as they are, and waits until Kommo has the sources of every channel. */
export async function saveAll(server: TestServer, account: AccountName = 'demo'): Promise<void> {
  const token = tokenOf(server, account);
  await save(server, unchanged(await readSettings(server, token)), undefined, token);
  await waitFor(async () => {
    const rows = await tablesOf(server.context.db)
      .selectFrom('channels')
      .leftJoin('sources', 'sources.channel_id', 'channels.id')
      .select(['is_saved', 'is_at_kommo'])
      .where('channels.account_id', '=', IDS[account])
      .execute();
    return rows.length > 0 && rows.every((row) => row.is_saved && row.is_at_kommo === true);
  });
}

/** Both sides of one client's conversation with one bot. */
export interface Conversation {
  /** The client writes. @returns the number of the message in the chat */
  write(text: string): Promise<number>;
  act: ReturnType<typeof telegramClient>['act'];
  /** The manager writes. */
  answer(what: string | Outgoing): Promise<ActResult>;
  /** The chat in Kommo, once it is there. */
  chat(): Promise<Chat>;
  /** The chat in Kommo as it is now. */
  inKommo(): Chat | undefined;
  /** What the client's messages say, as Kommo shows them. */
  fromClient(): unknown[];
  /** What the bot brought, in order. */
  seen(): Promise<SeenMessage[]>;
  /** The texts of that. */
  toClient(): Promise<(string | null)[]>;
  /** The manager's message, once it has this delivery status. */
  delivered(messageId: string | null, status?: number): Promise<Message>;
}

export function conversationOf(
  server: Pick<TestServer, 'emulator'>,
  clientId: number,
  { bot = 1, account = 'demo' }: { bot?: number; account?: AccountName } = {},
): Conversation {
  const { emulator } = server;
  const token = botToken(bot);
  const client = telegramClient(emulator, token);
  const person = { id: clientId, first_name: `Client ${clientId}`, language_code: 'en' };
  const id = `telegram:${token.split(':')[0]}:${clientId}`;
  const inKommo = () => emulator.state.chats.find((one) => one.conversation_id === id);
  const seen = async () => {
    const shown = await client.get(`chat?bot=${token.split(':')[0]}&client=${clientId}`);
    const { messages = [] } = shown as { messages?: SeenMessage[] };
    return messages.filter(({ from }) => from === 'bot');
  };
  const act: Conversation['act'] = (name, json) => client.act(name, { client: person, ...json });
  return {
    act,
    inKommo,
    seen,
    write: async (text) => (await act('send', { kind: 'text', text })).message_id,
    answer: (what) =>
      emulator.chat(account, {
        conversation_id: id,
        ...(typeof what === 'string' ? { text: what } : what),
      }),
    chat: () => waitFor(inKommo),
    fromClient: () =>
      (inKommo()?.messages ?? [])
        .filter(({ origin }) => origin === 'channel')
        .map(({ message }) => message.text),
    toClient: async () => (await seen()).map(({ text }) => text),
    delivered: (messageId, status = 1) =>
      waitFor(() =>
        inKommo()?.messages.find(
          (message) => message.id === messageId && message.delivery?.status === status,
        ),
      ),
  };
}

/** Calls the chat API got, that it did not refuse. */
export function amojoCalls(emulator: Emulator, path: string, bodyContains?: string) {
  return emulator.requests({
    host: 'amojo.kommo.com',
    path: `/v2/origin/custom/${path}`,
    ...(bodyContains !== undefined && { bodyContains }),
  });
}

/** Every row of messages, as it is stored. */
export function storedMessages(server: Pick<TestServer, 'context'>) {
  return tablesOf(server.context.db).selectFrom('messages').selectAll().orderBy('id').execute();
}

/** Waits until nothing is left to do for any message. */
export async function allDone(server: Pick<TestServer, 'context'>): Promise<void> {
  await waitFor(async () =>
    (await storedMessages(server)).every(({ due_at: due }) => due === null),
  );
}
