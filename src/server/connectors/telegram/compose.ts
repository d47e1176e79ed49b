import { messageText, splitText } from '../message-text.ts';
import type { OutgoingMedia, OutgoingMessage } from '../messages.ts';
import { type KeyboardRow, keyboardOf } from './buttons.ts';
import { type MediaMethod, mediaMethodOf } from './media-method.ts';

/** In UTF-16 units: https://core.telegram.org/bots/api#sendmessage */
const LONGEST_TEXT = 4096;
const LONGEST_CAPTION = 1024;

/** One call of the Bot API. */
export type TelegramPart = TextPart | MediaPart | EmptyPart;

interface Common {
  /** `messageId` of the quoted message. */
  replyTo?: string;
  keyboard?: KeyboardRow[];
}

export interface TextPart extends Common {
  kind: 'text';
  text: string;
}

export interface MediaPart extends Common {
  kind: 'media';
  how: MediaMethod;
  media: OutgoingMedia;
  caption?: string;
}

/** Nothing that Telegram could take. */
interface EmptyPart extends Common {
  kind: 'empty';
}

/** Cuts a message up: the file with as much text as fits below it, the rest as texts, the buttons at the end. */
export function composeParts(message: OutgoingMessage): TelegramPart[] {
  const { rows, lines } = keyboardOf(message.buttons ?? []);
  const written = messageText([message.text, ...lines].filter(Boolean).join('\n'));
  const parts = [...partsOf(message, written)];
  // Buttons hang below a message, so there must be one.
  if (parts.length === 0 && rows.length > 0) parts.push({ kind: 'text', text: namesOf(rows) });
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return [{ kind: 'empty' }];
  if (message.replyTo !== undefined) first.replyTo = message.replyTo;
  if (rows.length > 0) last.keyboard = rows;
  return parts;
}

function* partsOf(message: OutgoingMessage, text: string | undefined): Generator<TelegramPart> {
  const { media } = message;
  let rest = text;
  if (media !== undefined) {
    const how = mediaMethodOf(media);
    const isCaption = rest !== undefined && how.takesCaption && rest.length <= LONGEST_CAPTION;
    yield { kind: 'media', how, media, ...(isCaption && { caption: rest }) };
    if (isCaption) rest = undefined;
  }
  if (rest === undefined) return;
  for (const part of splitText(rest, LONGEST_TEXT)) yield { kind: 'text', text: part };
}

function namesOf(rows: readonly KeyboardRow[]): string {
  const names = rows.flat().map(({ text }) => text);
  return splitText(names.join(' / '), LONGEST_TEXT)[0] ?? '…';
}
