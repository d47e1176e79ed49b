import { createHash } from 'node:crypto';
import type { MessageKind } from '../../../contract/api.ts';
import type { OwnedChannel } from '../../channels/health/rows.ts';
import type { MessageCarrier } from '../../connectors/connector.ts';
import type { ReceivedItem } from '../../connectors/messages.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { conversationIdAtKommo, conversationRowId } from '../addresses.ts';
import { type FindChat, knownChatOf } from '../chats/known-chat.ts';
import { rememberAliases, uniteTwins } from '../chats/rows.ts';
import { contentOf, type StorableItem } from '../stored-content.ts';
import { type ChatPerson, moveChat, raiseStatus, storeMessage } from './rows.ts';

/** A clock that is ahead must not put a message behind those that follow. */
const LONGEST_AHEAD_MS = 60_000;

/** By then the answer is here, too. */
const AHEAD_SECONDS = 1;

/**
 * Stores what a proven event says. When this returns, nothing of it can be lost.
 *
 * @throws AppError `temporarily_unavailable` for a status that is ahead of the answer to what it is about: to be told again
 */
export async function storeItems(
  context: Context,
  channel: OwnedChannel,
  items: readonly ReceivedItem[],
  findChat?: FindChat,
): Promise<void> {
  let isAhead = false;
  for (const item of items) {
    if (!(await storeItem(context, channel, item, findChat))) isAhead = true;
  }
  if (isAhead) throw new AppError('temporarily_unavailable', { retryAfterSeconds: AHEAD_SECONDS });
}

async function storeItem(
  context: Context,
  channel: OwnedChannel,
  item: ReceivedItem,
  findChat: FindChat,
): Promise<boolean> {
  if (item.event === 'status') {
    const { messageId: serviceId, state } = item;
    return await raiseStatus(context.db, { channelId: channel.id, serviceId, state });
  }
  if (item.event === 'move') await move(context, channel, item);
  // Typing is worth nothing later: it is passed on without being stored.
  else if (item.event !== 'typing' && isWanted(channel, item)) {
    await storeStorable(context, channel, item, findChat);
  }
  return true;
}

/** What the admin does not want in Kommo is not stored at all. */
function isWanted({ options }: OwnedChannel, item: StorableItem): boolean {
  if (item.chat.isGroup === true && options.groups !== 'import') return false;
  const isOwnDevice = item.event === 'message' && item.isFromStaff === true;
  return !(isOwnDevice && options.own_device === 'ignore');
}

async function storeStorable(
  context: Context,
  channel: OwnedChannel,
  item: StorableItem,
  findChat: FindChat,
): Promise<void> {
  const known = await knownChatOf(context, channel.id, item, findChat);
  if (known === undefined) return;
  const { rowId: id, chatId, person, aliases } = known;
  // A hidden id that turns out to be the account's own: what people note for themselves is nobody else's business.
  if (item.chat.isAlias === true && person.phone === `+${channel.externalId}`) return;
  const isStaff = item.event === 'message' && item.isFromStaff === true;
  const nowMs = context.now().getTime();
  const { content, media } = contentOf(item);
  const who: ChatPerson = {
    chatId,
    personId: person.id,
    name: person.name,
    ...(person.isNameless === true && { isNameless: true }),
    ...(person.phone !== undefined && { phone: person.phone }),
    ...(person.email !== undefined && { email: person.email }),
    ...(person.avatarUrl !== undefined && { avatarUrl: person.avatarUrl }),
  };
  const storedId = await storeMessage(context.db, context.secrets, {
    accountId: channel.accountId,
    epoch: channel.epoch,
    channelId: channel.id,
    chat: {
      id,
      person: who,
      isGroup: item.chat.isGroup === true,
      isHearsay: isStaff || person.isNameless === true,
    },
    direction: 'in',
    event: item.event,
    kind: kindOf(item),
    key: keyOf(item),
    lane: `${id}:in`,
    content,
    ...(media && { media }),
    atMs: Math.min(item.atMs, nowMs + LONGEST_AHEAD_MS),
  });
  if (aliases.length > 0) await rememberAliases(context.db, id, aliases);
  if (storedId === undefined && findChat !== undefined && isTwinKey(item)) {
    const told = { channelId: channel.id, key: item.messageId, conversationId: id };
    await uniteTwins(context.db, told);
  }
}

/** Whether only one chat can have it: what staff write may go to many people at once. */
function isTwinKey(item: StorableItem): boolean {
  return item.event === 'message' && item.isFromStaff !== true && item.chat.isGroup !== true;
}

/** The same event always has the same key, and a message's is its id at the service. */
function keyOf(item: StorableItem): string {
  if (item.event === 'edit') return `edit ${item.editId} ${item.messageId}`;
  if (item.event === 'reaction') return `reaction ${item.reactionId} ${item.messageId}`;
  return item.event === 'delete' ? `delete ${item.messageId}` : item.messageId;
}

function kindOf(item: StorableItem): MessageKind {
  if (item.event === 'edit' || item.event === 'delete') return 'edit';
  if (item.event === 'reaction') return 'reaction';
  return item.content.kind === 'placeholder' ? 'unknown' : item.content.kind;
}

async function move(
  { db, secrets }: Context,
  channel: OwnedChannel,
  { fromChatId, toChatId }: Extract<ReceivedItem, { event: 'move' }>,
): Promise<void> {
  const fromId = conversationRowId(channel.id, fromChatId);
  const toId = conversationRowId(channel.id, toChatId);
  await moveChat(db, {
    fromId,
    toId,
    knownAs: conversationIdAtKommo(channel, fromChatId),
    person: (former) => {
      const person = JSON.parse(secrets.unseal(former, `conversations:${fromId}:person`));
      return secrets.seal(
        JSON.stringify({ ...person, chatId: toChatId }),
        `conversations:${toId}:person`,
      );
    },
  });
}

/** What of an event is passed on at once, or told to the service, without being stored. */
export function fleetingOf(items: readonly ReceivedItem[]): {
  typing: Extract<ReceivedItem, { event: 'typing' }>[];
  acknowledgements: unknown[];
} {
  return {
    typing: items.filter((item) => item.event === 'typing'),
    acknowledgements: items.flatMap((item) =>
      'acknowledgement' in item && item.acknowledgement !== undefined ? [item.acknowledgement] : [],
    ),
  };
}

/** Keeps a place for an event that could not be read: the administrator sees that there was something. */
export async function storeUnreadable(
  { db, secrets, now }: Context,
  { id: channelId, accountId, epoch }: OwnedChannel,
  body: Buffer,
): Promise<void> {
  await storeMessage(db, secrets, {
    ...{ accountId, epoch, channelId, chat: undefined },
    direction: 'in',
    event: 'message',
    kind: 'unknown',
    key: `unreadable ${createHash('sha256').update(body).digest('base64url')}`,
    lane: `${channelId}:in`,
    content: {},
    atMs: now().getTime(),
  });
}

/**
 * Reads an event, and never fails: what cannot be read is not refused, because a service would send it again and again
 * and hold back what follows.
 *
 * @returns undefined when the connector failed at it, which is a bug of ours
 */
export function parseEvent(
  context: Context,
  carrier: MessageCarrier,
  ...[event, account]: Parameters<MessageCarrier['parse']>
): ReceivedItem[] | undefined {
  try {
    return carrier.parse(event, account);
  } catch (error) {
    // The error's own words may repeat what the client wrote.
    const name = error instanceof Error ? error.name : typeof error;
    context.log.error({ fault: name }, 'an event of a chat service could not be read');
    return undefined;
  }
}
