import { createHmac } from 'node:crypto';
import type { Channel } from '../../src/contract/api.ts';
import { createEmulator } from '../../src/emulator/emulator.ts';
import type { ActResult, Outgoing } from '../../src/emulator/kommo/amojo/outgoing.ts';
import type { Chat, Message } from '../../src/emulator/kommo/chat-entities.ts';
import type { SeenMessage } from '../../src/emulator/services/whatsapp/conversation.ts';
import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import { connectNumber, type PhoneService } from '../support/connect-services.ts';
import { call } from '../support/emulator-client.ts';
import { UNLIMITED } from '../support/hurry.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { saveAll } from '../support/telegram-stage.ts';
import { waitFor } from '../support/wait-for.ts';

/** Each server plays a number of its own, so that neither hears what the other sends. */
export const NUMBERS: Record<PhoneService, string> = {
  waha: '5511987654321',
  evolution: '5511912345678',
};

type Json = Record<string, unknown>;

/** An act of people on WhatsApp, or of a double. @throws when it is refused */
export async function order<Answer = Json>(
  { emulator }: Pick<TestServer, 'emulator'>,
  path: string,
  json?: object,
): Promise<Answer> {
  const {
    status,
    text,
    json: answer,
  } = await call(emulator, `/__emulator/services/${path}`, {
    host: '127.0.0.1',
    ...(json !== undefined && { json }),
  });
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return answer as Answer;
}

/**
 * A backend whose account has a number at each of the two servers, saved and in Kommo. A person's pace has a test of
 * its own. Whoever asked closes the server and its emulator.
 */
export async function startWhatsApp(): Promise<{
  server: TestServer;
  channels: Record<PhoneService, Channel>;
}> {
  const emulator = await createEmulator({ seed: { switches: UNLIMITED } });
  const [{ bot } = { bot: { id: '' } }] = emulator.state.channels;
  const pace = { WAHA_SECONDS_BETWEEN_MESSAGES: '0', EVOLUTION_SECONDS_BETWEEN_MESSAGES: '0' };
  const server = await startTestServer({
    emulator,
    env: { ...pace, KOMMO_CHANNEL_BOT_ID: bot.id },
  });
  await server.install();
  const [waha, evolution] = await Promise.all([
    connectNumber(server, 'waha', NUMBERS.waha),
    connectNumber(server, 'evolution', NUMBERS.evolution),
  ]);
  await saveAll(server);
  const base_url = `${emulator.url}/__services/waha`;
  await order(server, 'waha/settings', { pause_factor: 0.05, base_url });
  await order(server, 'evolution/settings', { pause_factor: 0.05 });
  return { server, channels: { waha, evolution } };
}

/** Both sides of one person's conversation with one number. */
export interface WhatsAppConversation {
  phone: string;
  /** The person writes. @returns WhatsApp's id of the message */
  write(text: string): Promise<string>;
  /** `client` unless `as: "phone"`. @returns WhatsApp's id of the message, where there is one */
  act(name: string, json?: object): Promise<string>;
  /** Changes how the person shows to servers. */
  become(change: object): Promise<void>;
  /** The manager writes. */
  answer(what: string | Outgoing): Promise<ActResult>;
  /** The chats in Kommo that anything of this person is in. */
  chats(): Chat[];
  /** The only one of them, once it is there. */
  chat(): Promise<Chat>;
  /** What the person's messages say, as Kommo shows them. */
  fromClient(): unknown[];
  /** What came from the phone itself, as Kommo shows it. */
  fromStaff(): Message[];
  /** Everything that was written to the person. */
  seen(): Promise<SeenMessage[]>;
  /** The texts of that. */
  toClient(): Promise<(string | null)[]>;
  /** The manager's message, once it has this delivery status. */
  delivered(messageId: string | null, status?: number): Promise<Message>;
}

export function whatsAppConversation(
  server: Pick<TestServer, 'emulator'>,
  service: PhoneService,
  phone: string,
): WhatsAppConversation {
  const { emulator } = server;
  const line = NUMBERS[service];
  /** Chats are told apart by what was written in them: their ids are what is tested. */
  const own = new Set<string>();
  const act: WhatsAppConversation['act'] = async (name, json = {}) => {
    const done = await order(server, `whatsapp/${name}`, { line, client: phone, ...json });
    const id = String(done.message_id ?? '');
    own.add(`${service}:${line}:${id}`);
    return id;
  };
  const chats = () =>
    emulator.state.chats.filter(
      ({ conversation_id: id, messages }) =>
        id === `${service}:${line}:${phone}` ||
        messages.some(({ client_id: msgid }) => own.has(msgid ?? '')),
    );
  const brought = () =>
    chats()
      .flatMap(({ messages }) => messages)
      .filter(({ origin }) => origin === 'channel');
  const chat = () => waitFor(() => chats()[0]);
  const seen = async () => {
    const path = `whatsapp/chat?line=${line}&client=${phone}`;
    const { messages } = await order<{ messages: SeenMessage[] }>(server, path);
    return messages.filter(({ source }) => source !== 'client');
  };
  return {
    ...{ phone, act, chats, chat, seen },
    write: (text) => act('send', { text }),
    become: async (change) => {
      await order(server, 'whatsapp/client', { client: { phone, ...change } });
    },
    answer: async (what) =>
      emulator.chat('demo', {
        conversation_id: (await chat()).id,
        ...(typeof what === 'string' ? { text: what } : what),
      }),
    fromClient: () =>
      brought()
        .filter(({ author }) => author === 'client')
        .map(({ message }) => message.text),
    fromStaff: () => brought().filter(({ author }) => author !== 'client'),
    toClient: async () => (await seen()).map(({ text }) => text),
    delivered: (messageId, status = 1) =>
      waitFor(() =>
        chats()
          .flatMap(({ messages }) => messages)
          .find(({ id, delivery }) => id === messageId && delivery?.status === status),
      ),
  };
}

/** Posts an event as the service would, proven as its own are. @returns the status */
export async function postAs(
  server: TestServer,
  { id, connector }: Channel,
  event: object,
): Promise<number> {
  const { db, secrets } = server.context;
  const secret = (await findChannelSecrets(db, secrets, id))?.webhookSecret ?? '';
  const body = JSON.stringify(event);
  const proof: Record<string, string> =
    connector === 'waha'
      ? { 'x-webhook-hmac': createHmac('sha512', secret).update(body).digest('hex') }
      : { 'x-webhook-secret': secret };
  const answer = await fetch(`${server.url}/connect/webhooks/${connector}/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...proof },
    body,
  });
  return answer.status;
}
