import { messageText, splitText } from '../message-text.ts';
import type { OutgoingMedia, OutgoingMessage } from '../messages.ts';
import { numberedText } from '../numbered-text.ts';

/** In UTF-16 units; Slack takes ten times as many, and advises against it: https://docs.slack.dev/reference/methods/chat.postMessage */
const LONGEST_TEXT = 4000;

/** One message at Slack. */
export type SlackPart = TextPart | MediaPart | EmptyPart;

interface Common {
  /** `messageId` of the quoted message, whose thread is answered in. */
  replyTo?: string;
}

interface TextPart extends Common {
  kind: 'text';
  text: string;
}

export interface MediaPart extends Common {
  kind: 'media';
  media: OutgoingMedia;
  comment?: string;
}

/** Nothing that Slack could take. */
interface EmptyPart extends Common {
  kind: 'empty';
}

/**
 * Cuts a message up: the file with its text, or what is too long for that as texts behind it. Buttons are numbered
 * lines: Slack posts what is pressed to another address than events, so a client answers in words.
 */
export function composeParts({ text, media, buttons, replyTo }: OutgoingMessage): SlackPart[] {
  const parts = [...partsOf(media, messageText(numberedText(text, buttons)))];
  if (parts.length === 0) return [{ kind: 'empty' }];
  return replyTo === undefined ? parts : parts.map((part) => ({ ...part, replyTo }));
}

function* partsOf(media: OutgoingMessage['media'], text: string | undefined): Generator<SlackPart> {
  const isComment = text !== undefined && text.length <= LONGEST_TEXT;
  if (media !== undefined) yield { kind: 'media', media, ...(isComment && { comment: text }) };
  if (text === undefined || (media !== undefined && isComment)) return;
  for (const part of splitText(text, LONGEST_TEXT)) yield { kind: 'text', text: part };
}
