import { messageText } from '../message-text.ts';
import type { MediaKind, PlaceholderKind, ReceivedContent, ReceivedMedia } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import type { SlackFile, SlackMessage } from './event.ts';
import { plainText } from './mrkdwn.ts';

/** Previews and passed-on messages; Slack shows no more of them. */
const MAX_ATTACHMENTS = 20;

const MIME_TYPE = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/;
/** Drawings and the formats of programs are no pictures to those who look. */
const PICTURE = /^image\/(?!svg|vnd\.)/;

/**
 * What a message says: one content, and one more for each further file. Empty when there is nothing that anybody
 * could see. Never throws.
 */
export function contentsOf(message: SlackMessage): ReceivedContent[] {
  const words = wordsOf(message);
  const files = filesOf(message);
  if (files.length > 0) {
    return files.map((file, at) => fileContentOf(file, at === 0 ? words : undefined));
  }
  if (words !== undefined) return [{ kind: 'text', text: words }];
  if (message.subtype === 'file_share') return [placeholder('file_unavailable')];
  const hasMore = (message.blocks?.length ?? 0) + (message.attachments?.length ?? 0) > 0;
  return hasMore ? [placeholder('unsupported')] : [];
}

/** The words of a message, with those of a message that was passed on in it. */
export function wordsOf(message: SlackMessage): string | undefined {
  const own = messageText(plainText(message.text ?? ''));
  const attached = (message.attachments ?? [])
    .slice(0, MAX_ATTACHMENTS)
    .filter((one) => one !== undefined && (own === undefined || one.is_share === true))
    .map((one) => messageText(plainText(one?.text ?? one?.fallback ?? one?.from_url ?? '')));
  return messageText([own, ...attached].filter((part) => part !== undefined).join('\n\n'));
}

export function filesOf(message: SlackMessage): SlackFile[] {
  return (message.files ?? []).filter((file) => file !== undefined);
}

/** Whether a file was deleted, or lies behind the limit of a free workspace. */
export function isGone({ mode }: SlackFile): boolean {
  return mode === 'tombstone' || mode === 'hidden_by_limit';
}

function fileContentOf(file: SlackFile, words: string | undefined): ReceivedContent {
  const { name, title } = file;
  if (isGone(file)) return placeholder('file_unavailable', [name ?? title, words]);
  if (file.mode === 'external' || file.is_external === true) return linkOf(file, words);
  const media: ReceivedMedia = {
    ref: { fileId: file.id },
    fileName: plainLine((name ?? title)?.replaceAll(/[/\\]/g, '_')) ?? `file_${file.id}`,
  };
  const { mimetype, size, duration_ms: duration } = file;
  if (mimetype !== undefined && MIME_TYPE.test(mimetype)) media.type = mimetype;
  if (size !== undefined && size > 0 && Number.isSafeInteger(size)) media.bytes = size;
  return {
    kind: kindOf(file),
    media,
    ...(words !== undefined && { text: words }),
    ...(duration !== undefined && { seconds: Math.round(duration / 1000) }),
  };
}

/** A file that lies with another service is no more than a link in Slack. */
function linkOf(file: SlackFile, words: string | undefined): ReceivedContent {
  const address = [file.external_url, file.url_private].find((one) => isWebAddress(one));
  const title = plainLine(file.title ?? file.name);
  const text = messageText([words, title, address].filter(Boolean).join('\n'));
  if (address === undefined || text === undefined) {
    return placeholder('file_unavailable', [title, words]);
  }
  return { kind: 'text', text };
}

function kindOf({ subtype, mimetype = '' }: SlackFile): MediaKind {
  if (subtype === 'slack_audio') return 'voice';
  if (subtype === 'slack_video' || mimetype.startsWith('video/')) return 'video';
  if (PICTURE.test(mimetype)) return 'picture';
  return mimetype.startsWith('audio/') ? 'audio' : 'file';
}

function placeholder(
  what: PlaceholderKind,
  words: readonly (string | undefined)[] = [],
): ReceivedContent {
  const detail = messageText(words.filter(Boolean).join('\n'));
  return { kind: 'placeholder', what, ...(detail !== undefined && { detail }) };
}

function isWebAddress(text: string | undefined): boolean {
  return /^https?:$/.test(URL.parse(text ?? '')?.protocol ?? '');
}
