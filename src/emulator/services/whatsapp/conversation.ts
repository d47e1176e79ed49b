import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../../kommo/world.ts';
import { type Given, optional, whole } from '../given.ts';
import { networkRuntime } from './runtime.ts';
import { sceneOf } from './scene.ts';
import { type Chat, type Message, networkState, own, type Presence } from './state.ts';

/** How long the other side sees that somebody types. */
const PRESENCE_MS = 25_000;
const WAIT_MAX_MS = 120_000;

/** Where a page shows a file from: the emulator's own address, open to whoever reaches it. */
export const FILE_PATH = '/__services/whatsapp/file';

/** A message as the people of the chat see it. */
export interface SeenMessage extends Omit<Message, 'file' | 'reactions'> {
  file: {
    id: string;
    name: string | null;
    mime: string;
    size: number;
    sha256: string;
    url: string;
  } | null;
  /** Who wrote it. */
  name: string;
  reactions: { by: string; emoji: string }[];
}

function nameOf(world: World, phone: string): string {
  return own(networkState(world).people, phone)?.name ?? `+${phone}`;
}

/** How the page and tests see a message. */
function seenMessage(world: World, message: Message): SeenMessage {
  const stored = own(networkState(world).files, message.file ?? '');
  const file =
    stored === undefined
      ? null
      : {
          id: stored.id,
          name: stored.name,
          mime: stored.mime,
          size: stored.size,
          sha256: stored.sha256,
          url: `${FILE_PATH}/${stored.id}`,
        };
  const reactions = Object.entries(message.reactions).map(([by, emoji]) => ({ by, emoji }));
  return { ...message, file, reactions, name: nameOf(world, message.author) };
}

/** A chat without its messages. */
function chatSummary(world: World, line: string, chat: Chat): object {
  const last = chat.messages.at(-1);
  return {
    line,
    chat: chat.id,
    type: chat.type,
    name: chat.type === 'person' ? nameOf(world, chat.id) : chat.name,
    unseen: chat.messages.filter(({ source, is_seen }) => source === 'client' && !is_seen).length,
    last_message_id: last?.id ?? null,
  };
}

/** One chat with all its messages, oldest first. */
export function seenChat(world: World, line: string, chat: Chat): object {
  const isFresh = (shown: { presence: Presence; at: number } | null) =>
    shown !== null && shown.at + PRESENCE_MS > world.clock.now() ? shown.presence : null;
  return {
    ...chatSummary(world, line, chat),
    own_presence: isFresh(chat.own_presence),
    presence: isFresh(chat.presence),
    messages: chat.messages.map((message) => seenMessage(world, message)),
  };
}

/** Every chat of every linked number. */
export function allChats(world: World): object[] {
  return Object.values(networkState(world).lines).flatMap((line) =>
    Object.values(line.chats).map((chat) => chatSummary(world, line.number, chat)),
  );
}

/**
 * Waits until the linked number has brought what is asked for: `count` messages (1) after the message `after`, with
 * `text` in them. @returns what came, also when the time ran out
 */
export async function waitAct(world: World, given: Given): Promise<object> {
  const { chat } = sceneOf(world, given);
  const count = whole(given, 'count', 1);
  const after = optional(given, 'after');
  const wanted = optional(given, 'text');
  const timeout = Math.min(whole(given, 'timeout_ms', 10_000), WAIT_MAX_MS);
  const look = () => {
    const from = after === undefined ? 0 : chat.messages.findIndex(({ id }) => id === after) + 1;
    return chat.messages
      .slice(from)
      .filter(
        ({ source, text }) =>
          source !== 'client' && (wanted === undefined || (text ?? '').includes(wanted)),
      );
  };
  const until = new AbortController();
  const runtime = networkRuntime(world);
  const stop = runtime.watch(() => {
    if (look().length >= count) until.abort();
  });
  if (look().length < count) {
    const signal = AbortSignal.any([until.signal, runtime.stopped, world.life]);
    await delay(timeout, undefined, { signal }).catch(() => undefined);
  }
  stop();
  const messages = look().map((message) => seenMessage(world, message));
  return { is_complete: messages.length >= count, messages };
}
