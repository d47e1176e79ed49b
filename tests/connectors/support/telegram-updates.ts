import type { WebhookRequest } from '../../../src/server/connectors/connector.ts';

export const ANA = {
  id: 555,
  is_bot: false,
  first_name: 'Ana',
  last_name: 'Pérez',
  username: 'ana',
};
export const PRIVATE = { id: 555, type: 'private', first_name: 'Ana' };
export const GROUP = { id: -1001234567890, type: 'supergroup', title: 'Friends of tea' };

export const DATE = 1_795_773_600;

/** What Telegram posts. */
export function event(update: object): WebhookRequest {
  return {
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ update_id: 900_001, ...update })),
  };
}

/** A message of Ana to the bot. */
export function message(content: object, id = 1001): object {
  return { message_id: id, from: ANA, chat: PRIVATE, date: DATE, ...content };
}

export function sent(content: object, id?: number): WebhookRequest {
  return event({ message: message(content, id) });
}

/** A file as Telegram describes it. */
export function file(fields: object = {}): object {
  return { file_id: 'AgACAgIAAxk', file_unique_id: 'u1', file_size: 20_142, ...fields };
}
