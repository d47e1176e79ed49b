import type { ChatChange } from '../chat-changes.ts';
import type { Chat, Message } from '../chat-entities.ts';
import type { World } from '../world.ts';

/** Which messages are waited for; an absent property matches everything. */
export interface Awaited {
  account?: string | number;
  /** Our id of the chat. */
  conversation_id?: string;
  /** Kommo's. */
  chat_id?: string;
  /** Kommo's or ours. */
  message_id?: string;
  text?: string;
  type?: string;
  author?: Message['author'];
  is_edited?: boolean;
  /** The delivery status that counts. */
  delivery?: number;
  /** What became of the file. */
  media?: string;
  /** Default 1. */
  count?: number;
  /** Real time; default 10,000, at most 120,000. */
  timeout_ms?: number;
}

const TIMEOUT_MAX = 120_000;

const KNOWN = [
  ...['account', 'conversation_id', 'chat_id', 'message_id', 'text', 'type', 'author'],
  ...['is_edited', 'delivery', 'media', 'count', 'timeout_ms'],
];

/**
 * Waits until so many messages match. Ends early when the emulator is reset.
 *
 * @returns those that match, oldest first
 * @throws TypeError for an unknown condition
 */
export async function waitForMessages(
  world: World,
  wanted: Awaited,
  gone: AbortSignal,
): Promise<{ messages: { chat: Chat; message: Message }[]; timed_out: boolean }> {
  for (const name of Object.keys(wanted)) {
    if (!KNOWN.includes(name)) throw new TypeError(`${name}: no such condition`);
  }
  const { count = 1, timeout_ms: timeout = 10_000 } = wanted;
  const isOfChat = chatFilter(world, wanted);
  const found = new Map<string, { chat: Chat; message: Message }>();
  const look = (chat: Chat, message: Message) => {
    if (isWanted(message, wanted)) found.set(message.id, { chat, message });
    else found.delete(message.id);
  };
  for (const chat of world.state.chats.filter(isOfChat)) {
    for (const message of chat.messages) look(chat, message);
  }
  if (found.size < count) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = world.chatChanges.subscribe(({ chat, message }: ChatChange) => {
      if (message === undefined || !isOfChat(chat)) return;
      look(chat, message);
      if (found.size >= count) resolve();
    });
    const timer = setTimeout(resolve, Math.min(timeout, TIMEOUT_MAX));
    const ends = AbortSignal.any([world.life, gone]);
    ends.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    stop();
    clearTimeout(timer);
  }
  return { messages: [...found.values()], timed_out: found.size < count };
}

function chatFilter(world: World, wanted: Awaited): (chat: Chat) => boolean {
  const { account, conversation_id: ours, chat_id: id } = wanted;
  const suffix = account === undefined ? '' : `_${world.account(account).amojo_id}`;
  return (chat) =>
    chat.scope_id.endsWith(suffix) &&
    (ours === undefined || chat.conversation_id === ours) &&
    (id === undefined || chat.id === id);
}

function isWanted(message: Message, wanted: Awaited): boolean {
  const is = (value: unknown, expected: unknown) => expected === undefined || value === expected;
  const { message_id: id } = wanted;
  return (
    (id === undefined || message.id === id || message.client_id === id) &&
    is(message.message.text, wanted.text) &&
    is(message.message.type, wanted.type) &&
    is(message.author, wanted.author) &&
    is(message.is_edited, wanted.is_edited) &&
    is(message.delivery?.status, wanted.delivery) &&
    is(message.media?.state, wanted.media)
  );
}
