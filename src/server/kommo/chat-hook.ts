import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from './answers.ts';
import {
  count,
  instantOf,
  type KommoMessage,
  kommoMessage,
  optionalCount,
  optionalText,
  present,
  text,
} from './chat-message.ts';

/** A chat webhook of Kommo. */
export interface ChatHook {
  /** The account's id in the chat API. */
  accountAmojoId: string;
  /** When Kommo made it, in seconds since 1970. */
  atSeconds: number;
  event: ChatEvent;
}

/** `unknown`: a kind of event we do not know, or one without what makes it that kind. */
export type ChatEvent = OutgoingMessage | StaffTyping | StaffReaction | { kind: 'unknown' };

/** A chat by Kommo's id, and by ours unless it was begun in Kommo. */
export interface HookConversation {
  kommoChatId: string;
  conversationId?: string;
}

/** Somebody of the account, or its bot, wrote to a client. */
export interface OutgoingMessage {
  kind: 'message';
  conversation: HookConversation;
  sourceExternalId?: string;
  sender: { kommoId: string; name?: string };
  /** The client; `personId` is ours, and absent in a chat begun in Kommo. */
  receiver: {
    kommoId: string;
    personId?: string;
    name?: string;
    phone?: string;
    email?: string;
  };
  /** When it was written, since 1970. */
  atMs: number;
  message: KommoMessage;
}

export interface StaffTyping {
  kind: 'typing';
  conversation: HookConversation;
  userKommoId: string;
  /** Until when it is to be shown, in seconds since 1970. */
  expiresAtSeconds?: number;
}

export interface StaffReaction {
  kind: 'reaction';
  conversation: HookConversation;
  userKommoId: string;
  kommoMessageId: string;
  /** Ours; absent for a message written in Kommo. */
  msgid?: string;
  /** `null`: taken back. */
  emoji: string | null;
}

const SIGNATURE = /^[0-9a-f]{40}$/;

/**
 * Whether a chat webhook comes from Kommo. Its body ends with a line break that, on amocrm.ru at least, is not signed;
 * both readings are accepted. The signature holds no time and no address: a body seen once may come again.
 *
 * @param secret - the channel's, which all accounts share
 * @param signature - the header `X-Signature`
 * @see https://developers.kommo.com/reference/receiving-chat-webhooks
 */
export function isGenuineChatHook(
  secret: string,
  body: Buffer,
  signature: string | undefined,
): boolean {
  const given = signature?.toLowerCase() ?? '';
  if (!SIGNATURE.test(given)) return false;
  const bytes = Buffer.from(given, 'hex');
  const matches = (signed: Buffer) =>
    timingSafeEqual(createHmac('sha1', secret).update(signed).digest(), bytes);
  const bare = withoutLineBreak(body);
  return matches(bare) || (bare.length < body.length && matches(body));
}

function withoutLineBreak(body: Buffer): Buffer {
  if (body.at(-1) !== 0x0a) return body;
  return body.subarray(0, body.at(-2) === 0x0d ? -2 : -1);
}

const person = z.object({ id: text });

const conversation = z
  .object({ id: text, client_id: optionalText })
  .transform(({ id, client_id: conversationId }) => present({ kommoChatId: id, conversationId }));

const message = z.object({
  conversation,
  source: z.object({ external_id: optionalText }).optional().catch(undefined),
  sender: z.object({ id: text, name: optionalText }),
  receiver: z.object({
    id: text,
    client_id: optionalText,
    name: optionalText,
    phone: optionalText,
    email: optionalText,
  }),
  timestamp: optionalCount,
  msec_timestamp: optionalCount,
  message: kommoMessage,
});

const optionalPerson = person.optional().catch(undefined);

const typing = z.object({ user: optionalPerson, conversation, expired_at: optionalCount });

const reaction = z.object({
  user: optionalPerson,
  conversation,
  message: z.object({ id: text, client_id: optionalText }).optional().catch(undefined),
  msgid: optionalText,
  type: z.enum(['react', 'unreact']),
  emoji: optionalText,
});

const hook = z.object({
  account_id: text,
  time: count.optional().catch(undefined),
  message: message.optional().catch(undefined),
  action: z
    .object({
      user: optionalPerson,
      typing: typing.optional().catch(undefined),
      reaction: reaction.optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

type Hook = z.output<typeof hook>;

/**
 * Reads a chat webhook that has been proven genuine.
 *
 * @returns `undefined` for what is no webhook at all: no JSON, no account, or no time
 * @see https://developers.kommo.com/reference/receiving-chat-webhooks
 * @see https://www.amocrm.ru/developers/content/chats/chat-webhooks
 */
export function parseChatHook(body: Buffer): ChatHook | undefined {
  const { data } = hook.safeParse(parseJson(body.toString('utf8')));
  if (data === undefined) return undefined;
  const atSeconds = data.time ?? data.message?.timestamp;
  if (atSeconds === undefined) return undefined;
  return { accountAmojoId: data.account_id, atSeconds, event: eventOf(data, atSeconds) };
}

function eventOf({ message, action }: Hook, atSeconds: number): ChatEvent {
  if (message !== undefined) return messageOf(message, atSeconds);
  if (action?.typing !== undefined) return typingOf(action.typing, action.user);
  if (action?.reaction !== undefined) return reactionOf(action.reaction, action.user);
  return { kind: 'unknown' };
}

function messageOf(given: z.output<typeof message>, atSeconds: number): OutgoingMessage {
  const { id, client_id: personId, name, phone, email } = given.receiver;
  return present({
    kind: 'message',
    conversation: given.conversation,
    sourceExternalId: given.source?.external_id,
    sender: present({ kommoId: given.sender.id, name: given.sender.name }),
    receiver: present({ kommoId: id, personId, name, phone, email }),
    atMs: instantOf(given) ?? atSeconds * 1000,
    message: given.message,
  } as const);
}

/** The documentation's table has the user beside the event, its example inside. */
function typingOf(
  { user, conversation, expired_at: expiresAtSeconds }: z.output<typeof typing>,
  beside: z.output<typeof optionalPerson>,
): ChatEvent {
  const userKommoId = (user ?? beside)?.id;
  if (userKommoId === undefined) return { kind: 'unknown' };
  return present({ kind: 'typing', conversation, userKommoId, expiresAtSeconds } as const);
}

/** The documentation's table has the message, its example only Kommo's id of it. */
function reactionOf(
  given: z.output<typeof reaction>,
  beside: z.output<typeof optionalPerson>,
): ChatEvent {
  const userKommoId = (given.user ?? beside)?.id;
  const kommoMessageId = given.message?.id ?? given.msgid;
  const emoji = given.type === 'unreact' ? null : given.emoji;
  if (userKommoId === undefined || kommoMessageId === undefined || emoji === undefined) {
    return { kind: 'unknown' };
  }
  return present({
    kind: 'reaction',
    conversation: given.conversation,
    userKommoId,
    kommoMessageId,
    msgid: given.message?.client_id,
    emoji,
  } as const);
}
