import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../../kommo/world.ts';
import { type Given, optional, whole } from '../given.ts';
import { botOf } from './bots.ts';
import { chatKey, findChat } from './chats.ts';
import { runtimeOf } from './runtime.ts';
import { type Bot, type Chat, type Fields, type StoredMessage, telegramState } from './state.ts';

/** How long the client sees that the bot is typing. @see https://core.telegram.org/bots/api#sendchataction */
const ACTION_MS = 5000;
const WAIT_MAX_MS = 120_000;

/** A message as the client sees it. */
export interface SeenMessage {
  message_id: number;
  from: 'client' | 'bot';
  /** Who wrote, in a group. */
  author: string;
  kind: string;
  date: number;
  text: string | null;
  caption: string | null;
  files: {
    file_id: string;
    type: string;
    name: string;
    mime: string;
    size: number;
    sha256: string | null;
    /** Where the page shows it from; the emulator's own address. */
    url: string;
  }[];
  buttons: { text: string; url?: string; callback_data?: string }[][];
  reply_to: number | null;
  media_group_id: string | null;
  reactions: { client: string[]; bot: string[] };
  /** Earlier texts, oldest first. */
  earlier: string[];
  edit_date: number | null;
  is_deleted: boolean;
  /** The Message of the Bot API. */
  message: Fields;
}

/** Where the page gets a file from: without the bot's token, and open to whoever reaches the emulator. */
const FILE_PATH = '/__services/telegram/client/file';

function seenMessage(world: World, stored: StoredMessage): SeenMessage {
  const { message } = stored;
  const { files } = telegramState(world);
  const markup = message.reply_markup as { inline_keyboard?: SeenMessage['buttons'] } | undefined;
  const quoted = message.reply_to_message as { message_id: number } | undefined;
  const author = (message.from ?? message.sender_chat) as Fields | undefined;
  return {
    message_id: stored.message_id,
    from: stored.side,
    author: String(author?.first_name ?? author?.title ?? ''),
    kind: stored.kind,
    date: Number(message.date),
    text: textOf(message.text),
    caption: textOf(message.caption),
    files: stored.file_ids.flatMap((id) => {
      const file = files[id];
      if (file === undefined) return [];
      const { file_id, type, name, mime, size, sha256 } = file;
      return [{ file_id, type, name, mime, size, sha256, url: `${FILE_PATH}/${file_id}` }];
    }),
    buttons: markup?.inline_keyboard ?? [],
    reply_to: quoted?.message_id ?? null,
    media_group_id: textOf(message.media_group_id),
    reactions: stored.reactions,
    earlier: stored.earlier,
    edit_date: typeof message.edit_date === 'number' ? message.edit_date : null,
    is_deleted: stored.is_deleted,
    message,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** One chat with all its messages, oldest first. */
export function seenChat(world: World, bot: Bot, chat: Chat): object {
  const { action } = chat;
  const isActing = action !== null && action.at + ACTION_MS > world.clock.now();
  const messages = Object.values(chat.messages);
  return {
    ...chatSummary(world, bot, chat),
    action: isActing ? action.action : null,
    presses: messages
      .flatMap(({ presses }) => presses)
      .map((id) => ({ query_id: id, ...bot.queries[id] })),
    messages: messages.map((message) => seenMessage(world, message)),
  };
}

/** A chat without its messages. */
export function chatSummary(world: World, bot: Bot, chat: Chat): object {
  const { id, type, title, is_blocked, membership, migrated_to } = chat;
  const person = telegramState(world).people[id];
  return {
    bot: bot.username,
    chat_id: id,
    type,
    name: title ?? [person?.first_name, person?.last_name].filter(Boolean).join(' '),
    is_blocked,
    membership,
    migrated_to: migrated_to ?? null,
    last_message_id: chat.next_message_id - 1,
  };
}

/** `chat_id`, or the id of the `client`. @throws TypeError */
export function chatIdIn(given: Given): number {
  const { client } = given;
  if (client === undefined) return whole(given, 'chat_id');
  return whole(typeof client === 'object' ? { id: client, ...client } : { id: client }, 'id');
}

/**
 * Waits until the bot has brought what is asked for: `count` messages (1) after `after`, with `text` in text or
 * caption. @returns what came, also when the time ran out
 */
export async function waitAct(world: World, given: Given): Promise<object> {
  const bot = botOf(world, given.bot);
  const chatId = chatIdIn(given);
  const after = whole(given, 'after', 0);
  const count = whole(given, 'count', 1);
  const wanted = optional(given, 'text');
  const timeout = Math.min(whole(given, 'timeout_ms', 10_000), WAIT_MAX_MS);
  const look = () => {
    const chat = findChat(world, bot, chatId);
    if (chat === undefined) return [];
    return brought(chat, after).filter(
      ({ message: { text, caption } }) =>
        wanted === undefined || `${text ?? ''}${caption ?? ''}`.includes(wanted),
    );
  };
  const until = new AbortController();
  const key = chatKey(bot.id, chatId);
  const runtime = runtimeOf(world);
  const stop = runtime.listen(key, () => {
    if (look().length >= count) until.abort();
  });
  if (look().length < count) {
    const signal = AbortSignal.any([until.signal, runtime.stopped]);
    await delay(timeout, undefined, { signal }).catch(() => undefined);
  }
  stop();
  const messages = look().map((message) => seenMessage(world, message));
  return { is_complete: messages.length >= count, messages };
}

/** The bot's messages after an id. Ids rise by one, so that nothing before is looked at. */
function brought(chat: Chat, after: number): StoredMessage[] {
  const found: StoredMessage[] = [];
  for (let id = chat.next_message_id - 1; id > after; id -= 1) {
    const message = chat.messages[id];
    if (message === undefined) break;
    if (message.side === 'bot') found.push(message);
  }
  return found.reverse();
}
