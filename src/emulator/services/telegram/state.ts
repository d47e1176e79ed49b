import type { World } from '../../kommo/world.ts';

/** Somebody who writes to bots. @see https://core.telegram.org/bots/api#user */
export interface Person {
  id: number;
  first_name: string;
  last_name?: string;
  username?: string;
  language_code?: string;
  /** What a shared contact of one's own shows; digits with or without `+`. */
  phone_number?: string;
  has_photo?: boolean;
  /** The sizes of the photo by bot, once a bot looked. */
  photo_file_ids?: Record<string, string[]>;
  /** The account was deleted. */
  is_deactivated?: boolean;
}

export interface Webhook {
  /** Empty: no webhook. */
  url: string;
  secret_token: string;
  max_connections: number;
  last_error_date?: number;
  last_error_message?: string;
  /** Since when it answers 410, in seconds; 23 hours of that close it. */
  gone_since?: number;
}

/** A bot the double knows. */
export interface Bot {
  id: number;
  token: string;
  first_name: string;
  username: string;
  webhook: Webhook;
  /** Kept over `setWebhook` without the list and over `deleteWebhook`; null: the default. */
  allowed_updates: string[] | null;
  next_update_id: number;
  /** Updates not yet taken, by `update_id`. */
  pending: Record<string, PendingUpdate>;
  /** Presses of its buttons, by the query's id. */
  queries: Record<string, CallbackQuery>;
  /** Its owner made a new token: this one is refused. */
  is_revoked: boolean;
  /** Of its own photo, once somebody looked. */
  photo_file_ids?: string[];
}

export interface CallbackQuery {
  chat_id: number;
  message_id: number;
  /** In seconds. */
  date: number;
  data: string;
  /** What the bot answered; null before. */
  answer: Fields | null;
}

export interface PendingUpdate {
  update_id: number;
  type: string;
  body: Record<string, unknown>;
  /** Updates of one queue go one after the other. */
  queue: string;
  chat_id: number;
  /** In seconds of the emulator's clock. */
  expires_at: number;
  tries: number;
}

/** A JSON object of the Bot API: Message, Chat, PhotoSize and the like. */
export type Fields = Record<string, unknown>;

export interface StoredMessage {
  message_id: number;
  side: 'client' | 'bot';
  /** As the Bot API shows it. */
  message: Fields;
  /** `text`, `photo`, `contact` and so on. */
  kind: string;
  file_ids: string[];
  /** Earlier texts or captions, oldest first. */
  earlier: string[];
  reactions: { client: string[]; bot: string[] };
  /** Ids of the presses of its buttons. */
  presses: string[];
  is_deleted: boolean;
}

/** A chat as one bot sees it. */
export interface Chat {
  bot_id: number;
  id: number;
  type: 'private' | 'group' | 'supergroup' | 'channel';
  title?: string;
  /** Private chats: the client blocked the bot. */
  is_blocked: boolean;
  /** Groups and channels: what the bot is there. */
  membership: 'member' | 'kicked' | 'left';
  migrated_to?: number;
  next_message_id: number;
  messages: Record<string, StoredMessage>;
  /** What the bot shows that it is doing, for five seconds. */
  action: { action: string; at: number } | null;
}

/** Where a file's bytes come from. */
export type FileSource =
  | { from: 'sample'; sample: string }
  | { from: 'generated'; sample: string; seed: number }
  | { from: 'upload' };

export interface StoredFile {
  bot_id: number;
  file_id: string;
  file_unique_id: string;
  /** `photo`, `document` and so on: the field of a Message that holds it. */
  type: string;
  name: string;
  mime: string;
  size: number;
  /** Null for a file above the size that a bot may download. */
  sha256: string | null;
  path: string;
  /** Until when the path works, in seconds; 0 before `getFile`. */
  path_until: number;
  /** `getFile` answers that it cannot be had. */
  is_unavailable: boolean;
  source: FileSource;
  /** What the Message says of it besides: width, duration, emoji. */
  details: Fields;
}

/** Something a bot must not do, or does not get done. */
export interface Refusal {
  id: number;
  bot_id: number | null;
  chat_id: number | null;
  /** Lower case. */
  method: string | null;
  /** How many calls it hits; null: all. */
  left: number | null;
  /** How many calls pass first. */
  pass: number;
  hits: number;
  action: 'refuse' | 'lose_answer';
  code: number;
  description: string;
  parameters: { retry_after?: number; migrate_to_chat_id?: number };
}

export interface Settings {
  /** Factor on the pauses between deliveries; 1 as Telegram, 0.001 makes a second a millisecond. */
  pause_factor: number;
  /** Seconds before the factor; Telegram takes a random time of 60 to 120. */
  pause_cap: number;
  /** How long a webhook may take to answer. */
  timeout_ms: number;
  /** Messages a second; 0: no limit. */
  per_chat: number;
  per_bot: number;
  /** `setWebhook` more than once a second is refused. */
  limit_set_webhook: boolean;
}

export interface TelegramState {
  bots: Record<string, Bot>;
  people: Record<string, Person>;
  chats: Record<string, Chat>;
  files: Record<string, StoredFile>;
  /** `<bot>/<path>` to file id. */
  paths: Record<string, string>;
  refusals: Refusal[];
  settings: Settings;
  /** What a test must not find: methods executed out of a webhook's answer. */
  executed_methods: { bot: string; update_id: number; method: string; status: number }[];
  /** Secrets inside addresses or texts a bot sent; the secret itself is not kept. */
  secrets_seen: { bot: string; method: string; parameter: string; secret: string }[];
  next_number: number;
}

/** Not `telegram`: state files of the emulator before it had chats hold something else under that name. */
const SERVICE = 'telegram_bot_api';

/** The double's state; forgotten by a reset of the emulator. */
export function telegramState(world: World): TelegramState {
  return world.service<TelegramState>(SERVICE, () => ({
    bots: {},
    people: {},
    chats: {},
    files: {},
    paths: {},
    refusals: [],
    settings: {
      pause_factor: 1,
      pause_cap: 60,
      timeout_ms: 60_000,
      per_chat: 0,
      per_bot: 0,
      limit_set_webhook: false,
    },
    executed_methods: [],
    secrets_seen: [],
    next_number: 1,
  }));
}

/** A number nothing else in the double has. */
export function nextNumber(world: World): number {
  const state = telegramState(world);
  const number = state.next_number;
  state.next_number += 1;
  return number;
}

/** What the record itself has under a key that came from outside: never what every object inherits. */
export function own<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
