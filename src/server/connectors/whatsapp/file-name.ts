import type { MediaKind } from '../messages.ts';

/** Files that come without a name of their own. */
const NAMES: Record<MediaKind, string> = {
  picture: 'photo',
  video: 'video',
  voice: 'voice',
  audio: 'audio',
  file: 'file',
  sticker: 'sticker',
};

/** What WhatsApp's own clients send. */
const EXTENSIONS: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'video/mp4': 'mp4',
  'video/3gpp': '3gp',
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'application/pdf': 'pdf',
};

const USUAL: Partial<Record<MediaKind, string>> = {
  picture: 'jpg',
  video: 'mp4',
  voice: 'ogg',
  sticker: 'webp',
};

/** A name for a file that has none: `photo_3EB0AA.jpg`. WhatsApp's own file names hold the client's number. */
export function madeFileName(kind: MediaKind, messageId: string, type: string | undefined): string {
  const extension = EXTENSIONS[type ?? ''] ?? USUAL[kind];
  return `${NAMES[kind]}_${messageId}${extension === undefined ? '' : `.${extension}`}`;
}
