import type { AccountAtService, ReceivedChat, ReceivedPerson } from '../messages.ts';
import { chatOf, personIn, speakerIn } from '../whatsapp/chat.ts';
import { dialledDigits } from '../whatsapp/number.ts';
import type { WahaAboutMessage, WahaEngineData, WahaEnvelope } from './event.ts';

/** Who an event is about. */
export interface Party {
  chat: ReceivedChat;
  person: ReceivedPerson;
  isFromStaff: boolean;
  /** Who wrote in a group. */
  speaker: string;
}

/** Ours, by all that an event and the channel tell. */
export interface Self {
  account: AccountAtService;
  me: WahaEnvelope['me'];
}

/**
 * Reads who an event is about. The chat stands within the id of its message (`false_5511999990000@c.us_3EB0AA`): engines
 * do not agree on what `from` and `to` are of what we wrote ourselves.
 *
 * @returns undefined for what is no conversation: broadcasts, statuses, channels, notes to oneself
 */
export function partyOf(payload: WahaAboutMessage, self: Self): Party | undefined {
  const { participant, author, _data: data } = payload;
  const isOwn = payload.fromMe === true;
  const chat = chatOf(chatIdOf(payload), isOwn ? theirIds(data) : senderIds(data));
  if (chat === undefined || isSelf(chat, self)) return undefined;
  const writer = participant ?? author ?? data?.author;
  const writerIds = [data?.key?.participantAlt, data?.key?.participantPn, data?.Info?.SenderAlt];
  // Some engines forget that what another device of ours wrote in a group is ours.
  const writingChat = chat.isGroup ? chatOf(writer, writerIds) : undefined;
  const isFromStaff = isOwn || (writingChat !== undefined && isSelf(writingChat, self));
  const name = isFromStaff ? undefined : nameIn(data);
  const shown = chat.isGroup ? data?.chat?.name : name;
  return {
    chat,
    person: personIn(chat, shown),
    isFromStaff,
    speaker: speakerIn(name, writer, writerIds),
  };
}

/** The chat as the event names it. */
export function chatIdOf({ id, from, to, fromMe }: Partial<WahaAboutMessage>): string | undefined {
  const named = /^(?:true|false)_([^_]{1,100})_/.exec(id ?? '')?.[1];
  return named ?? (fromMe === true ? (to ?? from) : from);
}

/** Whether a chat is the account's own, where people leave notes for themselves. */
export function isSelf(chat: ReceivedChat, { account, me }: Self): boolean {
  if (chat.isGroup) return false;
  const own = [chatOf(me?.id)?.id, chatOf(me?.lid)?.id];
  const ids = [chat.id, ...(chat.aliases ?? [])];
  return ids.some((one) => dialledDigits(one) === account.externalId || own.includes(one));
}

/** Further ids of who wrote to us. */
function senderIds(data: WahaEngineData | undefined): (string | undefined)[] {
  const { key, Info: info } = data ?? {};
  return [key?.remoteJidAlt, key?.senderPn, key?.senderLid, info?.SenderAlt];
}

/** Further ids of whom we wrote to. */
function theirIds(data: WahaEngineData | undefined): (string | undefined)[] {
  return [data?.key?.remoteJidAlt, data?.Info?.RecipientAlt];
}

function nameIn(data: WahaEngineData | undefined): string | undefined {
  return (
    data?.notifyName ||
    data?.pushName ||
    data?.Info?.PushName ||
    data?.sender?.pushname ||
    data?.sender?.name
  );
}
