import { createHash } from 'node:crypto';
import { rowIdOf } from '../platform/database/row-id.ts';

/**
 * The ids by which Kommo knows our chats, people and messages. They are made of the service's own ids and of nothing
 * that a removal forgets: a bot that is connected again goes on in the same chats.
 */

/** Kommo documents no limit; ids of services are far below this. */
const LONGEST = 200;

interface Account {
  connector: string;
  /** Of the channel's account at the service. */
  externalId: string;
}

/** `conversation_id` at Kommo. */
export function conversationIdAtKommo({ connector, externalId }: Account, chatId: string): string {
  return bounded(`${connector}:${externalId}:${chatId}`);
}

/** The chat of a `conversation_id` that this account made; undefined for another account's, and for a shortened one. */
export function chatIdOf({ connector, externalId }: Account, id: string): string | undefined {
  const prefix = `${connector}:${externalId}:`;
  return id.startsWith(prefix) && id.length < LONGEST ? id.slice(prefix.length) : undefined;
}

/** A person's id at Kommo: the same whichever of the company's accounts they write to. */
export function personIdAtKommo({ connector }: Account, personId: string): string {
  return bounded(`${connector}:${personId}`);
}

/** `msgid` at Kommo. */
export function messageIdAtKommo({ connector, externalId }: Account, messageId: string): string {
  return bounded(`${connector}:${externalId}:${messageId}`);
}

/** The service's id in a `msgid` that this account made. */
export function serviceMessageIdOf(account: Account, msgid: string): string | undefined {
  return chatIdOf(account, msgid);
}

/** Our row of a chat. */
export function conversationRowId(channelId: string, chatId: string): string {
  return rowIdOf('conversation', channelId, chatId);
}

/** Our row of a chat that began in Kommo, until the service names it. */
export function kommoChatRowId(channelId: string, kommoChatId: string): string {
  return rowIdOf('kommo chat', channelId, kommoChatId);
}

function bounded(id: string): string {
  if (id.length <= LONGEST) return id;
  return `${id.slice(0, LONGEST - 44)}:${createHash('sha256').update(id).digest('base64url')}`;
}
