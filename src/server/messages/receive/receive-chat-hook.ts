import type { MessageKind } from '../../../contract/api.ts';
import type { FollowUpWork } from '../../channels/health/follow-up-work.ts';
import type { Context } from '../../context.ts';
import {
  type ChatEvent,
  isGenuineChatHook,
  type OutgoingMessage,
  parseChatHook,
  type StaffReaction,
} from '../../kommo/chat-hook.ts';
import type { KommoMessage, ListMessage } from '../../kommo/chat-message.ts';
import { AppError } from '../../platform/app-error.ts';
import { chatIdOf, conversationRowId, kommoChatRowId } from '../addresses.ts';
import type { OutgoingContent, StoredMedia } from '../stored-content.ts';
import { findHookTarget, type HookTarget } from './hook-target/rows.ts';
import { type NewMessage, NO_CHANNEL, noteKommoChat, storeMessage } from './rows.ts';
import { showTyping } from './show-typing.ts';

/** Kinds of files; a kind Kommo adds is carried as a file. */
const FILE_KINDS = ['picture', 'video', 'voice', 'audio', 'file', 'sticker'] as const;
type FileKind = (typeof FILE_KINDS)[number];

/** A genuine hook older than this was kept by somebody: Kommo sends one once, and at once. */
const OLDEST_HOOK_SECONDS = 24 * 3600;

/** For the log only. Kommo sends a hook once: refused for our fault, a manager's message is lost. */
const NOT_GENUINE =
  'X-Signature does not fit: it is not Kommo who calls, or KOMMO_CHANNEL_SECRET is wrong.';
const TOO_OLD = 'More than a day old: somebody sends it again, or this machine’s clock is ahead.';

/**
 * Takes a chat webhook. It comes once and is answered when it is stored; the signature is checked before anything in
 * it is read. Hooks of accounts that are not installed any more are let go: nobody could be told of them.
 *
 * @throws AppError `signature_invalid`, the same for every forgery
 * @see https://developers.kommo.com/reference/receiving-chat-webhooks
 */
export async function receiveChatHook(
  context: Context,
  followUp: FollowUpWork,
  hook: { scopeId: string; signature: string | undefined; body: Buffer },
): Promise<void> {
  const { channelId, channelSecret } = context.config.kommo;
  if (!isGenuineChatHook(channelSecret, hook.body, hook.signature)) {
    throw new AppError('signature_invalid', { cause: NOT_GENUINE });
  }
  const parsed = parseChatHook(hook.body);
  if (parsed === undefined) {
    context.log.error({ bytes: hook.body.length }, 'a genuine chat webhook could not be read');
    return;
  }
  // All accounts share the secret: a hook of one of them proves nothing at another's address.
  if (hook.scopeId !== `${channelId}_${parsed.accountAmojoId}`) {
    throw new AppError('signature_invalid');
  }
  const ageSeconds = context.now().getTime() / 1000 - parsed.atSeconds;
  if (ageSeconds > OLDEST_HOOK_SECONDS) throw new AppError('signature_invalid', { cause: TOO_OLD });
  await act(context, followUp, hook.scopeId, parsed.event);
}

async function act(
  context: Context,
  followUp: FollowUpWork,
  scopeId: string,
  event: ChatEvent,
): Promise<void> {
  if (event.kind === 'unknown') {
    context.log.info('a chat webhook of a kind that is not carried');
    return;
  }
  const { kommoChatId, conversationId } = event.conversation;
  const sourceExternalId = event.kind === 'message' ? event.sourceExternalId : undefined;
  const named = { kommoChatId, conversationId, sourceExternalId };
  const target = await findHookTarget(context.db, { scopeId, ...named });
  if (!target) {
    context.log.info('a chat webhook of an account that is not installed');
    return;
  }
  if (event.kind === 'typing') {
    followUp.run(`${kommoChatId} typing`, () => showTyping(context, target));
    return;
  }
  await storeOutgoing(context, target, event);
}

/** Stores what a manager or bot wrote, or how they reacted. */
export async function storeOutgoing(
  context: Context,
  target: HookTarget,
  event: OutgoingMessage | StaffReaction,
): Promise<void> {
  const isMessage = event.kind === 'message';
  const { content, media, kind } = isMessage ? readMessage(event) : readReaction(event);
  const chat = await chatOf(context, target, event);
  const nowMs = context.now().getTime();
  const key = isMessage
    ? event.message.kommoMessageId
    : `reaction ${event.kommoMessageId} ${event.userKommoId} ${event.emoji ?? ''} ${Math.floor(nowMs / 1000)}`;
  const { accountId, epoch, channel } = target;
  await storeMessage(context.db, context.secrets, {
    accountId,
    epoch,
    channelId: channel?.id ?? NO_CHANNEL,
    ...chat,
    direction: 'out',
    event: isMessage ? 'message' : 'reaction',
    kind,
    key,
    content,
    ...(media && { media }),
    atMs: isMessage ? Math.min(event.atMs, nowMs) : nowMs,
  });
}

/** The chat of a hook, and its lane. A chat that was begun in Kommo is made here. */
async function chatOf(
  { db }: Context,
  { channel, conversationId }: HookTarget,
  event: OutgoingMessage | StaffReaction,
): Promise<Pick<NewMessage, 'chat' | 'lane' | 'conversationId'>> {
  const { kommoChatId, conversationId: ours } = event.conversation;
  const laneOf = (id: string) => `${id}:out`;
  if (channel === undefined) return { chat: undefined, lane: laneOf(kommoChatId) };
  if (conversationId !== undefined) {
    return { chat: undefined, conversationId, lane: laneOf(conversationId) };
  }
  const chatId = ours === undefined ? undefined : chatIdOf(channel, ours);
  const receiver = event.kind === 'message' ? event.receiver : undefined;
  if (chatId !== undefined) {
    const id = conversationRowId(channel.id, chatId);
    const kommoPersonId = receiver?.kommoId ?? '';
    if (await noteKommoChat(db, { id, kommoChatId, kommoPersonId })) {
      return { chat: undefined, conversationId: id, lane: laneOf(id) };
    }
  }
  const id =
    chatId === undefined
      ? kommoChatRowId(channel.id, kommoChatId)
      : conversationRowId(channel.id, chatId);
  const person = {
    chatId: chatId ?? '',
    personId: receiver?.personId ?? '',
    name: receiver?.name ?? '',
    ...(receiver?.phone !== undefined && { phone: phoneOf(receiver.phone) }),
    ...(receiver?.email !== undefined && { email: receiver.email }),
  };
  const kommo = { chatId: kommoChatId, personId: receiver?.kommoId ?? '' };
  return { chat: { id, person, isGroup: false, kommo }, lane: laneOf(id) };
}

function phoneOf(phone: string): string {
  const digits = phone.replaceAll(/\D/g, '');
  return `+${digits}`;
}

interface Read {
  content: OutgoingContent;
  media?: StoredMedia;
  kind: MessageKind;
}

function readMessage({ message, sender }: OutgoingMessage): Read {
  const { text, mediaUrl, replyTo, mediaGroupId: groupId } = message;
  const target = replyTo && {
    ...(replyTo.kommoMessageId !== undefined && { kommoId: replyTo.kommoMessageId }),
    ...(replyTo.msgid !== undefined && { msgid: replyTo.msgid }),
  };
  const buttons = buttonsOf(message);
  const said = [text, listText(message.list)].filter(Boolean).join('\n\n');
  const isFile = mediaUrl !== undefined;
  const kind = isFile ? fileKindOf(message.type) : 'text';
  return {
    kind,
    content: {
      ...(said !== '' && { text: said }),
      ...(isFile && {
        file: {
          kind: fileKindOf(message.type),
          fileName: message.fileName ?? fileNameOf(mediaUrl),
          ...(message.fileBytes !== undefined && { bytes: message.fileBytes }),
        },
      }),
      ...(buttons.length > 0 && { buttons }),
      ...(target && { target }),
      ...(groupId !== undefined && { groupId }),
      ...(sender.name !== undefined && { authorName: sender.name }),
    },
    ...(isFile && { media: { kommoUrl: mediaUrl } }),
  };
}

function readReaction({ kommoMessageId, msgid, emoji }: StaffReaction): Read {
  const target = { kommoId: kommoMessageId, ...(msgid !== undefined && { msgid }) };
  return { kind: 'reaction', content: { target, emoji } };
}

function fileKindOf(type: string): FileKind {
  return FILE_KINDS.find((kind) => kind === type) ?? 'file';
}

function fileNameOf(url: string): string {
  const name = URL.parse(url)?.pathname.split('/').at(-1) ?? '';
  return name === '' ? 'file' : name;
}

/** Buttons as they are, and each row of a list as a button of its own. */
function buttonsOf({ buttons, list }: KommoMessage): NonNullable<OutgoingContent['buttons']> {
  const rows = (list?.sections ?? []).flatMap((section) => section.rows);
  return [
    ...(buttons ?? []),
    ...rows.map(({ title, callbackData }) => [
      { text: title, ...(callbackData !== undefined && { callbackData }) },
    ]),
  ];
}

function listText(list: ListMessage | undefined): string {
  return [list?.header, list?.body, list?.footer].filter(Boolean).join('\n\n');
}
