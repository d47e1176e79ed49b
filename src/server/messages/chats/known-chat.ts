import { setTimeout as pause } from 'node:timers/promises';
import { ConnectorError, type MessageCarrier } from '../../connectors/connector.ts';
import type { ReceivedChat, ReceivedItem, ReceivedPerson } from '../../connectors/messages.ts';
import type { Context } from '../../context.ts';
import { conversationRowId } from '../addresses.ts';
import type { ChatPerson } from '../receive/rows.ts';
import { findAliased, findChatOfMessage } from './rows.ts';

/** A service that does not say in this time what an alias stands for is asked again by the next message. */
const PATIENCE_MS = 2_000;

/** What an alias stands for, as the service says; undefined where the service has no aliases. */
export type FindChat =
  | ((alias: string) => ReturnType<NonNullable<MessageCarrier['findChat']>>)
  | undefined;

/** The chat of an item as we know it, whichever of its ids the service used. */
export interface KnownChat {
  rowId: string;
  chatId: string;
  person: ReceivedPerson;
  /** Ids of rows under which the chat is to be found from now on. */
  aliases: string[];
}

/**
 * Services call one person by several ids: by number, by a hidden id, by a number of former times. The one we met first
 * stays the chat's, so that a person never becomes two. What changes a message is in the chat of that message.
 *
 * @returns undefined when the event tells no chat and nobody knows which it is
 */
export async function knownChatOf(
  context: Context,
  channelId: string,
  { chat, person, event, messageId }: Located,
  findChat: FindChat,
): Promise<KnownChat | undefined> {
  const asked = { channelId, ids: [chat.id, ...(chat.aliases ?? [])], person };
  const hasOneId = findChat === undefined && asked.ids.length === 1;
  if (hasOneId || chat.isGroup === true) return unknownChat(asked);
  const known = await lookUp(context, asked);
  if (known !== undefined) return known;
  const changed =
    chat.isAlias === true && event !== 'message' && messageId !== undefined
      ? await lookUpMessage(context, asked, messageId)
      : undefined;
  if (changed !== undefined) return changed;
  const found = chat.isAlias === true ? await ask(context, chat.id, findChat) : undefined;
  if (chat.isOnlyAlias === true && found === undefined) return undefined;
  if (found === undefined || asked.ids.includes(found.chatId)) return unknownChat(asked);
  const phone = person.phone ?? found.phone;
  const named = { ...person, id: found.chatId, ...(phone !== undefined && { phone }) };
  const more = { channelId, ids: [found.chatId, ...asked.ids], person: named };
  return (await lookUp(context, more)) ?? unknownChat(more);
}

/** An item that is in a chat. */
interface Located {
  event: ReceivedItem['event'];
  chat: ReceivedChat;
  person: ReceivedPerson;
  /** The message it is, or is about. */
  messageId?: string;
}

interface Asked {
  channelId: string;
  /** The first is what the chat is called when none of them is known. */
  ids: readonly string[];
  person: ReceivedPerson;
}

function unknownChat({ channelId, ids, person }: Asked): KnownChat {
  const [rowId = '', ...aliases] = ids.map((id) => conversationRowId(channelId, id));
  return { rowId, chatId: ids[0] ?? '', person, aliases };
}

async function lookUp(
  { db, secrets }: Context,
  { channelId, ids, person }: Asked,
): Promise<KnownChat | undefined> {
  const rowIds = ids.map((id) => conversationRowId(channelId, id));
  const rows = await findAliased(db, rowIds);
  for (const rowId of rowIds) {
    const named = rows.filter((one) => one.askedId === rowId);
    // A chat of its own that turned out to be another one's has a row still.
    const row = named.find((one) => one.conversationId !== rowId) ?? named[0];
    const former = row && formerOf(secrets, row);
    if (former === undefined) continue;
    const id = row?.conversationId ?? '';
    const learned = new Set(
      rows.filter((one) => one.conversationId === id).map((one) => one.askedId),
    );
    return {
      rowId: id,
      chatId: former.chatId,
      person: { ...person, id: former.personId },
      aliases: rowIds.filter((one) => one !== id && !learned.has(one)),
    };
  }
  return undefined;
}

/** Nothing is learned of the alias: it may stand for this one message. */
async function lookUpMessage(
  { db, secrets }: Context,
  { channelId, person }: Asked,
  key: string,
): Promise<KnownChat | undefined> {
  const row = await findChatOfMessage(db, { channelId, key });
  const former = row && formerOf(secrets, row);
  if (row === undefined || former === undefined) return undefined;
  const { chatId, personId } = former;
  return { rowId: row.conversationId, chatId, person: { ...person, id: personId }, aliases: [] };
}

function formerOf(
  secrets: Context['secrets'],
  { conversationId, person }: { conversationId: string; person: string },
): ChatPerson | undefined {
  const plain = secrets.tryUnseal(person, `conversations:${conversationId}:person`);
  return plain === undefined ? undefined : (JSON.parse(plain) as ChatPerson);
}

async function ask({ log }: Context, alias: string, findChat: FindChat) {
  const patience = new AbortController();
  try {
    return await Promise.race([
      findChat?.(alias),
      pause(PATIENCE_MS, undefined, { signal: patience.signal, ref: false }),
    ]);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    log.warn({ failure: error.failure }, 'a service could not be asked what an alias stands for');
    return undefined;
  } finally {
    patience.abort();
  }
}
