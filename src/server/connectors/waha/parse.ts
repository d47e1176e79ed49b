import { createHash } from 'node:crypto';
import type { WebhookRequest } from '../connector.ts';
import { messageText } from '../message-text.ts';
import type {
  AccountAtService,
  ReceivedDeletion,
  ReceivedEdit,
  ReceivedItem,
  ReceivedMessage,
  ReceivedReaction,
  ReceivedStatus,
  ReceivedTyping,
} from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { spokenBy } from '../spoken-by.ts';
import { eventOf } from '../webhook-proof.ts';
import { chatOf, personIn } from '../whatsapp/chat.ts';
import { bareMessageId } from '../whatsapp/message-id.ts';
import { quotedId } from '../whatsapp/proto-content.ts';
import { contentsOf } from './content.ts';
import { eventShape, type WahaEvent, type WahaMessage } from './event.ts';
import { chatIdOf, isSelf, type Party, partyOf, type Self } from './people.ts';

type EventOf<Name extends WahaEvent['event']> = Extract<WahaEvent, { event: Name }>;

/** https://waha.devlike.pro/docs/how-to/events/#messageack */
const STATES: Record<string, ReceivedStatus['state']> = {
  '-1': 'failed',
  2: 'delivered',
  3: 'read',
  4: 'read',
};
const ACKS: Record<string, number> = { ERROR: -1, DEVICE: 2, READ: 3, PLAYED: 4 };

/** What WhatsApp shows as "typing…" and "recording…". */
const WRITING = new Set(['typing', 'recording']);

/**
 * Reads an event. What nobody wrote, what we sent over the server's own interface, broadcasts, statuses and channels give
 * nothing; every other message gives an item.
 *
 * @see https://waha.devlike.pro/docs/how-to/events/
 */
export function parseEvent(request: WebhookRequest, account: AccountAtService): ReceivedItem[] {
  const event = eventShape.safeParse(eventOf(request.body)).data;
  if (event === undefined) return [];
  const self = { account, me: event.me };
  const arrivedMs = event.timestamp ?? request.receivedAtMs ?? 0;
  switch (event.event) {
    case 'message.any':
      return readMessage(event, self, arrivedMs);
    case 'message.edited':
      return listOf(readEdit(event, self, arrivedMs));
    case 'message.revoked':
      return listOf(readRevocation(event, self, arrivedMs));
    case 'message.reaction':
      return listOf(readReaction(event, self, arrivedMs));
    case 'message.ack':
      return listOf(readAck(event));
    case 'presence.update':
      return listOf(readPresence(event, self, arrivedMs));
  }
}

function readMessage(
  { payload }: EventOf<'message.any'>,
  self: Self,
  arrivedMs: number,
): ReceivedItem[] {
  const messageId = bareMessageId(payload.id);
  const party = partyOf(payload, self);
  if (messageId === undefined || party === undefined) return [];
  // Our own, which is recorded by the answer to its sending.
  if (payload.fromMe === true && payload.source === 'api') return [];
  const replyTo = quotedIn(payload);
  return contentsOf(payload, messageId).map(
    (content, index): ReceivedMessage => ({
      event: 'message',
      messageId: index === 0 ? messageId : `${messageId}:${index + 1}`,
      chat: party.chat,
      person: party.person,
      content: isSpoken(party) ? spokenBy(party.speaker, content) : content,
      atMs: millisecondsOf(payload.timestamp, arrivedMs),
      ...(party.isFromStaff && { isFromStaff: true }),
      ...(replyTo !== undefined && { replyTo }),
    }),
  );
}

/** Words below a file can be edited as well. Kommo cannot be told whose edit it is, so ours are left out. */
function readEdit(
  { id, payload }: EventOf<'message.edited'>,
  self: Self,
  arrivedMs: number,
): ReceivedEdit | undefined {
  const messageId = bareMessageId(payload.editedMessageId ?? payload.id);
  const party = partyOf(payload, self);
  const text = messageText(payload.body);
  if (messageId === undefined || party === undefined || text === undefined) return undefined;
  if (party.isFromStaff) return undefined;
  const content = { kind: 'text' as const, text };
  return {
    event: 'edit',
    messageId,
    editId: ownId(id, [payload.id, payload.timestamp, text]),
    chat: party.chat,
    person: party.person,
    content: isSpoken(party) ? spokenBy(party.speaker, content) : content,
    atMs: arrivedMs || millisecondsOf(payload.timestamp, arrivedMs),
  };
}

function readRevocation(
  { payload }: EventOf<'message.revoked'>,
  self: Self,
  arrivedMs: number,
): ReceivedDeletion | undefined {
  const { revokedMessageId, after, before } = payload;
  const about = after ?? before;
  const messageId = bareMessageId(revokedMessageId ?? before?.id ?? after?.id);
  const party = about && partyOf(about, self);
  if (messageId === undefined || party === undefined) return undefined;
  const { chat, person } = party;
  return { event: 'delete', messageId, chat, person, atMs: arrivedMs };
}

/** Ours are left out: what managers put on a message in Kommo would come back as the client's. */
function readReaction(
  { id, payload }: EventOf<'message.reaction'>,
  self: Self,
  arrivedMs: number,
): ReceivedReaction | undefined {
  const { reaction, timestamp } = payload;
  const messageId = bareMessageId(reaction.messageId);
  const party = partyOf(payload, self);
  if (messageId === undefined || party === undefined || party.isFromStaff) return undefined;
  const emoji = plainLine(reaction.text, 32) ?? null;
  return {
    event: 'reaction',
    messageId,
    emoji,
    reactionId: ownId(id, [payload.id, timestamp, emoji]),
    chat: party.chat,
    person: party.person,
    atMs: millisecondsOf(timestamp, arrivedMs),
  };
}

/** How what we wrote is doing. Of a group only that it got there: one of many has read it. */
function readAck({ payload }: EventOf<'message.ack'>): ReceivedStatus | undefined {
  const messageId = bareMessageId(payload.id);
  const named = chatIdOf({ id: payload.id });
  if (messageId === undefined || payload.fromMe !== true) return undefined;
  if (named !== undefined && chatOf(named) === undefined) return undefined;
  const state = STATES[String(payload.ack ?? ACKS[payload.ackName ?? ''])];
  if (state === undefined) return undefined;
  const isGroup = payload.id?.includes('@g.us_') === true;
  return { event: 'status', messageId, state: isGroup && state === 'read' ? 'delivered' : state };
}

function readPresence(
  { payload }: EventOf<'presence.update'>,
  self: Self,
  arrivedMs: number,
): ReceivedTyping | undefined {
  const chat = chatOf(payload.id);
  if (chat === undefined || chat.isGroup || isSelf(chat, self)) return undefined;
  const isWriting = payload.presences.some((one) => WRITING.has(one?.lastKnownPresence ?? ''));
  if (!isWriting) return undefined;
  return { event: 'typing', chat, person: personIn(chat, undefined), atMs: arrivedMs };
}

function quotedIn({ replyTo, _data: data }: WahaMessage): string | undefined {
  return (
    bareMessageId(replyTo?.id) ??
    bareMessageId(data?.quotedStanzaID) ??
    bareMessageId(quotedId(data?.message) ?? quotedId(data?.Message))
  );
}

function isSpoken({ chat, isFromStaff }: Party): boolean {
  return chat.isGroup === true && !isFromStaff;
}

/** WAHA's own id of the event; where it has none, the same for a repeat and another for the next one. */
function ownId(id: string | undefined, parts: unknown[]): string {
  const known = plainLine(id);
  if (known !== undefined) return known;
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
}

/** WhatsApp tells whole seconds. Within one, the time of the event keeps the order, also with what managers write. */
function millisecondsOf(seconds: number | undefined, arrivedMs: number): number {
  if (seconds === undefined) return arrivedMs;
  const atMs = Math.round(seconds * 1000);
  return Math.max(atMs, Math.min(arrivedMs, atMs + 999));
}

function listOf<Item>(item: Item | undefined): Item[] {
  return item === undefined ? [] : [item];
}
