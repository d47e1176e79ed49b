import { messageText, splitText } from '../message-text.ts';
import type { MediaKind, OutgoingMedia, OutgoingMessage } from '../messages.ts';
import { numberedText } from '../numbered-text.ts';

/**
 * WhatsApp takes some 65,000 characters of a text; whether it counts bytes is written nowhere, so this is what fits
 * in any script. In UTF-16 units.
 */
export const LONGEST_TEXT = 16_384;

/** https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages#media-object */
export const LONGEST_CAPTION = 1024;

/** What WhatsApp shows words below. */
const WITH_CAPTION = new Set<MediaKind>(['picture', 'video', 'file', 'audio']);

/** One call of a WhatsApp server. */
export type WhatsAppPart = TextPart | MediaPart | EmptyPart;

/** The quoted message. */
export interface Quote {
  messageId: string;
  isOurs: boolean;
}

interface Common {
  quote?: Quote;
  /** Nothing of the message was sent yet: the moment to show that the client's own was seen. */
  isFirst?: true;
}

export interface TextPart extends Common {
  kind: 'text';
  text: string;
}

export interface MediaPart extends Common {
  kind: 'media';
  media: OutgoingMedia & { kind: MediaKind };
  caption?: string;
}

/** Nothing that WhatsApp could take. */
interface EmptyPart extends Common {
  kind: 'empty';
}

/**
 * Cuts a message up: the file with as much text as fits below it, the rest as texts. Buttons and lists are numbered
 * lines, since WhatsApp shows those of unofficial clients to some people and to others nothing at all. Sound goes as a
 * document, so it has a caption too.
 */
export function composeParts(message: OutgoingMessage): WhatsAppPart[] {
  const parts = [...partsOf(message)];
  const [first] = parts;
  if (first === undefined) return [{ kind: 'empty' }];
  first.isFirst = true;
  if (message.replyTo !== undefined) {
    first.quote = { messageId: message.replyTo, isOurs: message.isReplyToOurs === true };
  }
  return parts;
}

function* partsOf(message: OutgoingMessage): Generator<WhatsAppPart> {
  const { media } = message;
  let rest = messageText(numberedText(message.text, message.buttons));
  if (media !== undefined) {
    const isCaption =
      rest !== undefined && WITH_CAPTION.has(media.kind) && rest.length <= LONGEST_CAPTION;
    yield { kind: 'media', media, ...(isCaption && { caption: rest }) };
    if (isCaption) rest = undefined;
  }
  if (rest === undefined) return;
  for (const text of splitText(rest, LONGEST_TEXT)) yield { kind: 'text', text };
}
