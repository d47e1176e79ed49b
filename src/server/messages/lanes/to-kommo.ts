import type { UndeliveredReason } from '../../../contract/api.ts';
import type { Placeholder } from '../../connectors/messages.ts';
import { connectChannel } from '../../kommo/amojo/connect.ts';
import type { ChatPerson, MessageContent, QuotedMessage } from '../../kommo/amojo/message.ts';
import { editMessage, sendMessage } from '../../kommo/amojo/send-message.ts';
import { sendReaction } from '../../kommo/amojo/signs-of-life.ts';
import { isKommoError, type KommoError } from '../../kommo/errors.ts';
import { messageIdAtKommo } from '../addresses.ts';
import { findByServiceId, isEcho } from '../known/rows.ts';
import { mediaLink } from '../media/media-link.ts';
import { sizeOfFile } from '../media/open-linked-file.ts';
import { messageText } from '../message-text.ts';
import type { ReceivedContent, StoredFile } from '../stored-content.ts';
import { accountOf, conversationIdOf, personAtKommo } from './at-kommo.ts';
import { findInHistory } from './find-in-history.ts';
import { learnName } from './learn-name.ts';
import { linkKnownContact } from './link-known-contact.ts';
import {
  dropWithChat,
  failMessage,
  finishReceived,
  learnChat,
  replaceContent,
  standInFor,
} from './rows.ts';
import { backOff, countEnd, openReceived, type Step, scopeOf, type Work } from './step.ts';

/** For a save or a sync, which release what waits for them; this is for what they miss. */
const UNSAVED_SECONDS = 30;
/** For the end of a pause, which releases what waits for it; this is for what it misses. */
const PAUSED_SECONDS = 60;
/** With pauses of up to five minutes: a day. */
const MOST_TRIES = 300;
const LONGEST_PAUSE_SECONDS = 300;
const RECONNECTED_SECONDS = 2;
const REFUSED_PAUSE_SECONDS = 60;
/** A service answers in a moment, or in a minute where it has a file to take. */
const ECHO_PAUSE_SECONDS = 1;
/** Content that Kommo may refuse is left out step by step: nothing a client wrote vanishes. */
const DEGREES = ['whole', 'without quote', 'as text'] as const;
type Degree = (typeof DEGREES)[number];

/** Brings one event of a client into Kommo. */
export async function toKommo(work: Work): Promise<Step> {
  const { context, target, message } = work;
  const { channel, chat } = target;
  // The channel was removed: nothing of it is kept, and what came in just then was forgotten by nobody.
  if (!channel || !target.account.isActive) {
    await dropWithChat(context.db, message);
    return 'done';
  }
  const content = openReceived(context, message);
  const { person } = chat ?? {};
  if (content === undefined || person === undefined) return fail(work, 'unreadable');
  if (channel.status === 'paused') {
    const step = await waitFor(work, PAUSED_SECONDS, 'no_connection');
    return step === 'done' ? step : { ...step, whilePaused: true };
  }
  if (!channel.isSaved || target.scopeId === null || target.sourceExternalId === null) {
    // A chat named otherwise would be tagged wrongly for good.
    return waitFor(work, UNSAVED_SECONDS, 'not_saved');
  }
  if (content.isFromStaff) {
    const echo = await isEcho(context.db, message);
    if (echo === 'unsure') return { holdSeconds: ECHO_PAUSE_SECONDS, counts: false };
    if (echo) {
      await finishReceived(context.db, message.id, null);
      return 'done';
    }
  }
  const pause = person.isNameless ? await learnName(work, person) : undefined;
  if (pause !== undefined) return pause;
  try {
    const fileBytes = await fileBytesOf(work, content);
    const client = { ...personAtKommo(work), ...content.told };
    return await pass({ ...work, content, fileBytes, person: client });
  } catch (error) {
    if (!isKommoError(error)) throw error;
    return afterFailure(work, error);
  }
}

/** Kommo takes files of these kinds only with their length, and not every service tells it with the message. */
const KINDS_WITH_LENGTH: ReadonlySet<string> = new Set(['picture', 'video', 'file']);

async function fileBytesOf(
  { context, message }: Work,
  { content }: ReceivedContent,
): Promise<number | undefined> {
  if (!content || !('media' in content)) return undefined;
  const { bytes } = content.media;
  if (bytes !== undefined || !KINDS_WITH_LENGTH.has(content.kind)) return bytes;
  return sizeOfFile(context, message.id);
}

interface Passing extends Work {
  content: ReceivedContent;
  /** Of the file, where anybody knows. */
  fileBytes: number | undefined;
  person: ChatPerson;
}

async function pass(work: Passing): Promise<Step> {
  switch (work.message.event) {
    case 'message':
      return passMessage(work);
    case 'edit':
    case 'delete':
      return passEdit(work);
    case 'reaction':
      return passReaction(work);
    // Only ever sent.
    case 'test':
      return 'done';
  }
}

async function passMessage(work: Passing): Promise<Step> {
  const { context, target, message } = work;
  if (context.config.messages.linksContacts) await linkKnownContact(work);
  for (const degree of DEGREES) {
    try {
      work.confirm();
      const sent = await sendMessage(context.kommo, scopeOf(work), {
        ...(await addressOf(work)),
        content: contentAtKommo(work, degree),
        ...(degree === 'whole' && (await quoteOf(work))),
      });
      await finish(work, sent.kommoMessageId);
      const { chat } = target;
      if (chat && (chat.kommoChatId === null || !chat.isBound)) {
        const { kommoChatId, kommoSenderId: kommoPersonId } = sent;
        await learnChat(context.db, { id: chat.id, kommoChatId, kommoPersonId });
        if (kommoChatId !== undefined) chat.kommoChatId = kommoChatId;
        chat.isBound = true;
      }
      return 'done';
    } catch (error) {
      if (!isKommoError(error, 'rejected')) throw error;
      // Kommo takes an id once. After an answer that was lost, a refusal means that it has the message.
      const known = await findInHistory(work, msgidOf(work));
      if (known !== undefined) {
        if (message.event === 'edit') await changeAtKommo(work);
        await finish(work, known);
        return 'done';
      }
    }
  }
  return fail(work, 'kommo_refused');
}

async function passEdit(work: Passing): Promise<Step> {
  const { context, message, content } = work;
  const target = content.target ?? '';
  const original = await findByServiceId(context.db, message.channelId, target);
  // Only its author can change a message, and a manager's words are no client's.
  if (original?.direction === 'out') {
    await finishReceived(context.db, message.id, null);
    return 'done';
  }
  const isInKommo = original !== undefined && original.kommoId !== null;
  if (!isInKommo) {
    // Kommo does not have what was deleted; what was edited arrives as it is now.
    if (message.event === 'delete') {
      await finishReceived(context.db, message.id, null);
      return 'done';
    }
    const step = await passMessage(work);
    if (step === 'done') await standInFor(context.db, message.id, target);
    return step;
  }
  if (isUnchanged(work, original.id, original.content)) {
    await finishReceived(context.db, message.id, null);
    return 'done';
  }
  await changeAtKommo(work);
  await finish(work, null);
  await replaceContent(context.db, context.secrets, original.id, content);
  return 'done';
}

async function changeAtKommo(work: Passing): Promise<void> {
  work.confirm();
  const { conversationId, atMs, msgid } = await addressOf(work);
  const content = contentAtKommo(work, 'whole');
  await editMessage(work.context.kommo, scopeOf(work), { msgid, conversationId, atMs, content });
}

/** Services also report edits that nobody can see. */
function isUnchanged({ context, content }: Passing, id: string, sealed: string | null): boolean {
  if (sealed === null) return false;
  const plain = context.secrets.tryUnseal(sealed, `messages:${id}:content`);
  if (plain === undefined) return false;
  const former = (JSON.parse(plain) as ReceivedContent).content;
  return JSON.stringify(former) === JSON.stringify(content.content);
}

async function passReaction(work: Passing): Promise<Step> {
  const { context, message, content, person } = work;
  const target = content.target ?? '';
  const original = await findByServiceId(context.db, message.channelId, target);
  const kommoMessageId = original?.direction === 'out' ? original.key : original?.kommoId;
  if (kommoMessageId) {
    work.confirm();
    const { conversationId } = await addressOf(work);
    await sendReaction(context.kommo, scopeOf(work), {
      conversationId,
      kommoMessageId,
      person: { id: person.id },
      emoji: content.emoji ?? null,
    }).catch((error: unknown) => {
      // A message Kommo does not have any more, or an emoji it does not know, is no loss.
      if (!isKommoError(error, 'not_found') && !isKommoError(error, 'rejected')) throw error;
    });
  }
  await finish(work, null);
  return 'done';
}

/** What is the same for every message of a chat. */
async function addressOf({ context, target, message, content, person }: Passing) {
  const { channel, chat } = target;
  const staff = content.isFromStaff === true;
  const { botId } = context.config.kommo;
  return {
    atMs: message.at.getTime(),
    msgid: msgidOf({ context, target, message, content }),
    conversationId: conversationIdOf({ target }),
    ...(chat && !chat.isBound && chat.kommoChatId !== null && { kommoChatId: chat.kommoChatId }),
    isSilent: staff,
    sourceExternalId: target.sourceExternalId ?? '',
    sender: staff
      ? {
          id: `${channel?.connector}:${channel?.externalId}:staff`,
          name: channel?.accountName ?? '',
          ...(botId !== undefined && { kommoId: botId }),
        }
      : person,
    ...(staff && { receiver: person }),
  };
}

function msgidOf(work: Pick<Passing, 'context' | 'target' | 'message' | 'content'>): string {
  const { message, content } = work;
  // An edit of what Kommo does not have becomes the message itself.
  const id = message.event === 'message' ? message.key : (content.target ?? message.key);
  return messageIdAtKommo(accountOf(work), id);
}

async function quoteOf(work: Passing): Promise<{ replyTo?: QuotedMessage }> {
  const { context, message, content } = work;
  if (content.replyTo === undefined) return {};
  const quoted = await findByServiceId(context.db, message.channelId, content.replyTo);
  if (quoted?.direction === 'out') return { replyTo: { kommoId: quoted.key } };
  return quoted?.kommoId ? { replyTo: { kommoId: quoted.kommoId } } : {};
}

function contentAtKommo(work: Passing, degree: Degree): MessageContent {
  const { context, target, message, fileBytes } = work;
  const content = work.content.content;
  const { language } = target.account;
  if (content === undefined)
    return placeholderText(language, { kind: 'placeholder', what: 'unsupported' });
  if (content.kind === 'placeholder') return placeholderText(language, content);
  if (!('media' in content)) {
    return degree === 'as text' && content.kind !== 'text' ? asText(content) : content;
  }
  const { media, text, seconds } = content;
  if ((fileBytes ?? 0) > context.config.messages.mediaMaxBytes) {
    return fileText(language, 'file_too_large', media, text);
  }
  if (degree === 'as text') return fileText(language, 'file_unavailable', media, text);
  return {
    kind: content.kind,
    media: {
      url: mediaLink(context, message),
      fileName: media.fileName,
      ...(fileBytes !== undefined && { bytes: fileBytes }),
      ...(seconds !== undefined && { seconds }),
    },
    ...(text !== undefined && { text }),
  };
}

function asText(content: Exclude<MessageContent, { media: unknown } | { kind: 'text' }>) {
  const said =
    content.kind === 'location'
      ? `${content.lat}, ${content.lon}`
      : `${content.name} ${content.phone}`;
  return { kind: 'text' as const, text: [content.text, said].filter(Boolean).join('\n') };
}

function placeholderText(language: string, { what, detail }: Placeholder): MessageContent {
  const text = messageText(language, 'placeholder', what);
  return { kind: 'text', text: detail === undefined ? text : `${text} ${detail}` };
}

function fileText(
  language: string,
  what: 'file_too_large' | 'file_unavailable',
  { fileName }: StoredFile,
  text: string | undefined,
): MessageContent {
  const said = `${messageText(language, 'placeholder', what)} ${fileName}`;
  return { kind: 'text', text: text ? `${said}\n${text}` : said };
}

/** Kommo has it. */
async function finish(work: Passing, kommoId: string | null): Promise<void> {
  await finishReceived(work.context.db, work.message.id, kommoId);
  countEnd(work, 'delivered');
}

/** Until the administrator saves and Kommo has the source, or lets the channel go on; but not for ever. */
async function waitFor(
  work: Work,
  holdSeconds: number,
  reason: 'not_saved' | 'no_connection',
): Promise<Step> {
  const { context, message } = work;
  const ageMs = context.now().getTime() - message.storedAt.getTime();
  if (ageMs > context.config.messages.retentionHours * 3_600_000) return fail(work, reason);
  return { holdSeconds, counts: false };
}

async function afterFailure(work: Work, error: KommoError): Promise<Step> {
  const { context, message, target } = work;
  const { tries } = message;
  context.log.warn({ err: error, channelId: message.channelId }, 'a message could not reach Kommo');
  if (tries >= MOST_TRIES) {
    return fail(work, error.kind === 'unavailable' ? 'timed_out' : 'kommo_refused');
  }
  switch (error.kind) {
    case 'rate_limited':
      return { holdSeconds: error.retryAfterSeconds ?? 1, counts: false };
    case 'rejected':
      return fail(work, 'kommo_refused');
    case 'not_found':
      // The scope is gone: connecting again is harmless, and brings it back.
      if (target.account.amojoId !== null) {
        await connectChannel(context.kommo, target.account.id, target.account.amojoId).catch(
          (failure: unknown) => {
            if (!isKommoError(failure)) throw failure;
          },
        );
      }
      return {
        holdSeconds: Math.max(RECONNECTED_SECONDS, backOff(tries, LONGEST_PAUSE_SECONDS)),
        counts: true,
      };
    case 'forbidden':
      return { holdSeconds: REFUSED_PAUSE_SECONDS * (1 + Math.min(tries, 4)), counts: true };
    default:
      return { holdSeconds: backOff(tries, LONGEST_PAUSE_SECONDS), counts: true };
  }
}

async function fail(work: Work, reason: UndeliveredReason): Promise<Step> {
  const { context, message } = work;
  await failMessage(context.db, context.secrets, { id: message.id, reason, isReported: false });
  countEnd(work, 'undelivered');
  context.log.warn(
    { channelId: message.channelId, reason },
    'a message could not be brought into Kommo',
  );
  return 'done';
}
