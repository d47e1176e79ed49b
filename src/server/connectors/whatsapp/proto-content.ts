import { messageText } from '../message-text.ts';
import type { MediaKind, MessageContent, Placeholder } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { type ProtoFile, type ProtoMessage, type ProtoPlace, protoMessage } from './proto-shape.ts';
import { type Card, cardsIn } from './vcard.ts';

/** A file as the message describes it; where it lies is for the server to say. */
export interface DescribedFile {
  kind: MediaKind;
  /** MIME type without parameters. */
  type?: string;
  /** As its sender called it. */
  fileName?: string;
  /** As its sender's device says. */
  bytes?: number;
  seconds?: number;
  caption?: string;
}

/** What somebody wrote. */
export type ProtoContent =
  | Extract<MessageContent<never>, { kind: 'text' | 'location' }>
  | { kind: 'described file'; file: DescribedFile }
  | { kind: 'cards'; cards: Card[] }
  | Placeholder;

/** Envelopes around a message, of whose kind they say nothing. */
const WRAPPERS = [
  ...['deviceSentMessage', 'ephemeralMessage', 'documentWithCaptionMessage', 'viewOnceMessage'],
  ...['viewOnceMessageV2', 'viewOnceMessageV2Extension', 'associatedChildMessage'],
  ...['groupMentionedMessage', 'botInvokeMessage', 'lottieStickerMessage'],
];
const MOST_WRAPPERS = 6;

/** What clients tell each other without anybody having written it, or what other events tell better. */
const SILENT =
  /^(?:senderKey|fastRatchetKey|protocol|reaction|encReaction|pollUpdate|keepInChat|pinInChat|album|encEventResponse|encComment|edited|callLog|bcall|scheduledCall|stickerSync|placeholder|secretEncrypted|statusMention|messageHistory|deviceSent|albumUpdate|pollAddOption|stickerPackUpdate)/;

const PAYMENT =
  /^(?:invoice|requestPayment|sendPayment|declinePayment|cancelPayment|paymentInvite)/;

const MIME_TYPE = /^([\w.+-]{1,100}\/[\w.+-]{1,100})(?:;|$)/;

/**
 * What a message in WhatsApp's own format says; `undefined` for what nobody wrote. Never throws.
 *
 * @param message the member `message` of a Baileys event, or `Message` of a whatsmeow event
 */
export function protoContent(message: unknown): ProtoContent | undefined {
  const inner = unwrapped(message);
  if (inner === undefined) return undefined;
  return fileIn(inner) ?? dataIn(inner) ?? pressIn(inner) ?? wordsIn(inner) ?? otherIn(inner);
}

/** The id of the message that this one quotes. */
export function quotedId(message: unknown): string | undefined {
  for (const member of Object.values(unwrapped(message) ?? {})) {
    const { contextInfo } = (member ?? {}) as { contextInfo?: ProtoFile['contextInfo'] };
    const id = contextInfo?.stanzaId ?? contextInfo?.stanzaID;
    if (typeof id === 'string' && id !== '') return id;
  }
  return undefined;
}

/** A MIME type without its parameters, if it is one. */
export function mimeType(type: string | null | undefined): string | undefined {
  return MIME_TYPE.exec(type ?? '')?.[1]?.toLowerCase();
}

function unwrapped(message: unknown): ProtoMessage | undefined {
  let given: unknown = message;
  for (let depth = 0; depth <= MOST_WRAPPERS; depth += 1) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
    const members = given as Record<string, { message?: unknown } | null | undefined>;
    const wrapper = WRAPPERS.find((name) => isObject(members[name]?.message));
    if (wrapper === undefined) break;
    given = members[wrapper]?.message;
  }
  return protoMessage.safeParse(given).data;
}

function fileIn(message: ProtoMessage): ProtoContent | undefined {
  const { imageMessage: image, videoMessage, ptvMessage, audioMessage: audio } = message;
  const video = videoMessage ?? ptvMessage;
  if (image) return described('picture', image);
  if (video) return described('video', video);
  if (audio) return described(audio.ptt || audio.PTT ? 'voice' : 'audio', audio);
  if (message.documentMessage) return described('file', message.documentMessage);
  if (!message.stickerMessage) return undefined;
  // Some stickers are animations that play in WhatsApp only.
  const isPicture = (mimeType(message.stickerMessage.mimetype) ?? 'image/webp') === 'image/webp';
  return described(isPicture ? 'sticker' : 'file', message.stickerMessage);
}

function described(kind: MediaKind, given: ProtoFile): ProtoContent {
  const type = mimeType(given.mimetype);
  const fileName = plainLine((given.fileName ?? given.title)?.replaceAll(/[/\\]/g, '_'));
  const caption = messageText(given.caption);
  return {
    kind: 'described file',
    file: {
      kind,
      ...(type !== undefined && { type }),
      ...(fileName !== undefined && { fileName }),
      ...(given.fileLength !== undefined && { bytes: given.fileLength }),
      ...(given.seconds !== undefined && { seconds: given.seconds }),
      ...(caption !== undefined && { caption }),
    },
  };
}

function dataIn(message: ProtoMessage): ProtoContent | undefined {
  const place = message.locationMessage ?? message.liveLocationMessage;
  if (place) return placeOf(place);
  const { contactMessage: contact, contactsArrayMessage: contacts } = message;
  if (contact === undefined && contacts === undefined) return undefined;
  const given = contacts?.contacts ?? [contact];
  const cards = cardsIn(given.map((one) => one?.vcard ?? ''));
  if (cards.length > 0) return { kind: 'cards', cards };
  return placeholder('unsupported', contacts?.displayName ?? contact?.displayName);
}

function placeOf(place: ProtoPlace): ProtoContent {
  const said = [place.name, place.address, place.comment ?? place.caption];
  const text = messageText(said.filter(Boolean).join('\n'));
  const { degreesLatitude: lat, degreesLongitude: lon } = place;
  return { kind: 'location', lat, lon, ...(text !== undefined && { text }) };
}

/** Somebody chose a button or an entry of a list. */
function pressIn(message: ProtoMessage): ProtoContent | undefined {
  const { buttonsResponseMessage: button, templateButtonReplyMessage: reply } = message;
  const { listResponseMessage: list, interactiveResponseMessage: interactive } = message;
  if (button) {
    return pressed(button.selectedDisplayText, button.selectedButtonId ?? button.selectedButtonID);
  }
  if (reply) return pressed(reply.selectedDisplayText, reply.selectedId ?? reply.selectedID);
  if (list) {
    const row = list.singleSelectReply;
    return pressed(list.title, row?.selectedRowId ?? row?.selectedRowID);
  }
  return interactive && pressed(interactive.body?.text, undefined);
}

/** @param data what the button carries: a client can make up any, and it says no more than a text could */
export function pressed(words: string | undefined, data: string | undefined): ProtoContent {
  const callbackData = plainLine(data);
  const text = messageText(words) ?? callbackData;
  if (text === undefined) return { kind: 'placeholder', what: 'unsupported' };
  return { kind: 'text', text, ...(callbackData !== undefined && { callbackData }) };
}

function wordsIn(message: ProtoMessage): ProtoContent | undefined {
  const { listMessage: list, templateMessage: template, interactiveMessage: card } = message;
  const hydrated = template?.hydratedTemplate ?? template?.hydratedFourRowTemplate;
  const text = messageText(
    [
      message.conversation,
      message.extendedTextMessage?.text,
      message.buttonsMessage?.contentText,
      list?.title,
      list?.description,
      hydrated?.hydratedContentText,
      card?.header?.title,
      card?.body?.text,
    ]
      .filter(Boolean)
      .join('\n'),
  );
  return text === undefined ? undefined : { kind: 'text', text };
}

/** A kind that Kommo has no place for, one that is newer than this file, or nothing that anybody wrote. */
function otherIn(message: ProtoMessage): ProtoContent | undefined {
  const poll =
    message.pollCreationMessage ??
    message.pollCreationMessageV2 ??
    message.pollCreationMessageV3 ??
    message.pollCreationMessageV5;
  if (poll) return pollOf(poll.name, poll.options?.map((option) => option?.optionName) ?? []);
  const members = Object.keys(message).filter((key) => message[key] !== undefined);
  // The servers leave out what they do not know: of a kind newer than them nothing is left but the envelope.
  if (members.every((key) => key === 'messageContextInfo')) return placeholder('unsupported');
  const telling = members.filter(
    (key) => /Message(?:V\d)?$/.test(key) && !SILENT.test(key) && isObject(message[key]),
  );
  if (telling.length === 0) return undefined;
  if (telling.some((key) => PAYMENT.test(key))) return placeholder('payment');
  const { groupInviteMessage: invite } = message;
  return placeholder(
    'unsupported',
    message.productMessage?.product?.title ??
      message.orderMessage?.orderTitle ??
      message.eventMessage?.name ??
      invite?.groupName,
  );
}

export function pollOf(
  question: string | undefined,
  options: readonly (string | undefined)[],
): Placeholder {
  return placeholder('poll', [question, ...options].filter(Boolean).join('\n'));
}

export function placeholder(what: Placeholder['what'], words?: string): Placeholder {
  const detail = messageText(words);
  return { kind: 'placeholder', what, ...(detail !== undefined && { detail }) };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
