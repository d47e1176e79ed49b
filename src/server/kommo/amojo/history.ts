import { z } from 'zod';
import { readAnswer } from '../answers.ts';
import {
  instantOf,
  type KommoMessage,
  kommoMessage,
  optionalCount,
  optionalText,
  present,
} from '../chat-message.ts';
import { type AmojoCaller, type ChatScope, callAmojo } from './call-amojo.ts';

/** A message of a chat as Kommo keeps it. */
export interface HistoryMessage extends KommoMessage {
  /** When it was written, since 1970. */
  atMs: number;
  senderKommoId?: string;
  /** Ours; absent when somebody of the account wrote. */
  senderId?: string;
}

/** Most messages Kommo gives at once. */
export const HISTORY_LIMIT = 50;

const person = z.object({ id: optionalText, client_id: optionalText }).optional().catch(undefined);

const entry = z.object({
  timestamp: optionalCount,
  msec_timestamp: optionalCount,
  sender: person,
  message: kommoMessage,
});

const history = z.object({ messages: z.array(z.unknown()) });

/**
 * Messages of a chat, the newest first. Entries nobody can read are left out.
 *
 * @param page.limit - at most 50
 * @param page.offset - how many of the newest to pass over
 * @returns nothing also for a chat Kommo does not know
 * @throws KommoError
 * @see https://www.amocrm.ru/developers/content/chats/chat-api-reference
 */
export async function readHistory(
  kommo: AmojoCaller,
  scope: ChatScope,
  kommoChatId: string,
  page: { limit: number; offset: number },
): Promise<HistoryMessage[]> {
  const answer = await callAmojo(kommo, scope, {
    method: 'GET',
    path: ['chats', kommoChatId, 'history'],
    query: new URLSearchParams({
      offset: String(page.offset),
      limit: String(Math.min(page.limit, HISTORY_LIMIT)),
    }),
  });
  if (answer.status === 204) return [];
  return readAnswer(answer, history, 'amojo').messages.flatMap((raw) => {
    const { data } = entry.safeParse(raw);
    const atMs = data && instantOf(data);
    if (data === undefined || atMs === undefined) return [];
    const { sender } = data;
    const who = present({ senderKommoId: sender?.id, senderId: sender?.client_id });
    return [{ ...data.message, atMs, ...who }];
  });
}
