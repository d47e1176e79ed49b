import type { Channel } from '../../src/contract/api.ts';
import type { Chat, Message } from '../../src/emulator/kommo/chat-entities.ts';
import { begin, readSettings, save, submit, syncEnd, unchanged } from './channels.ts';
import { DEMO } from './config.ts';
import type { TestServer } from './start-server.ts';
import { type Done, SUPPORT_TOKEN, telegramClient } from './telegram.ts';

/** A bot that is connected and saved, its client, and Kommo's chat window. */
export interface TelegramStage {
  channel: Channel;
  client: ReturnType<typeof telegramClient>;
  /** What Kommo has of something that the client sent. */
  arrived(sent: Done): Promise<{ chat: Chat; message: Message }>;
  /** What became of something that was written in Kommo, once Kommo was told. */
  told(messageId: string | null): Promise<Message>;
  /** A manager writes to the client. @returns Kommo's id of the message */
  write(what: object): Promise<string>;
}

export async function connectTelegram(
  server: TestServer,
  token = SUPPORT_TOKEN,
): Promise<TelegramStage> {
  const { attempt } = await begin(server, { connector: 'telegram' });
  const answer = await submit(server, attempt.id, { values: { token }, confirm: true });
  const channel: Channel = answer.body.attempt.channel;
  await saveAll(server);
  const client = telegramClient(server.emulator, token);
  const botId = token.split(':')[0];
  const chats = () => server.emulator.state.chats;
  return {
    channel,
    client,
    arrived: ({ chat_id: chatId, message_id: id }) =>
      server.waitFor(() => {
        const conversation = `telegram:${botId}:${chatId}`;
        const chat = chats().find((one) => one.conversation_id === conversation);
        const message = chat?.messages.find(
          (one) => one.client_id === `telegram:${botId}:${chatId}:${id}`,
        );
        return chat && message && { chat, message };
      }),
    told: (messageId) =>
      server.waitFor(() =>
        chats()
          .flatMap(({ messages }) => messages)
          .find((one) => one.id === messageId && one.delivery !== null),
      ),
    write: async (what) => {
      const [chat] = chats();
      const { status, message_id: id } = await server.emulator.chat(DEMO.subdomain, {
        conversation_id: chat?.id,
        ...what,
      });
      if (status !== 200 || id === null) throw new Error(`The hook was answered ${status}.`);
      return id;
    },
  };
}

/** Saves what is connected, and waits until Kommo has its sources. */
export async function saveAll(server: TestServer): Promise<void> {
  const answer = await save(server, unchanged(await readSettings(server)));
  if (answer.status !== 200) throw new Error(`Not saved: ${JSON.stringify(answer.body)}`);
  await syncEnd(server);
}
