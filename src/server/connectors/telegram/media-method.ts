import type { MediaKind, OutgoingMedia } from '../messages.ts';

/** How Telegram takes a file: the method, and the name of the parameter that holds it. */
export interface MediaMethod {
  method: string;
  field: string;
  takesCaption: boolean;
}

/** https://core.telegram.org/bots/api#senddocument: everything may go as a document. */
export const AS_DOCUMENT = { method: 'sendDocument', field: 'document', takesCaption: true };

/** https://core.telegram.org/bots/api#sendphoto, in bytes. */
const MAX_PHOTO_BYTES = 10 * 1024 * 1024;

const PHOTO = /^image\/(?:jpe?g|png|webp)$/;
const VOICE = /^audio\/(?:ogg|opus|mpeg|mp3|mp4|m4a|x-m4a)$/;
const AUDIO = /^audio\/(?:mpeg|mp3|mp4|m4a|x-m4a)$/;

/** What the name of a file says, where its type says nothing. */
const BY_EXTENSION: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
};

/** Chooses the method that shows a file best. Formats that Telegram has no player for go as documents. */
export function mediaMethodOf(media: OutgoingMedia & { kind: MediaKind }): MediaMethod {
  const type = typeOf(media);
  switch (media.kind) {
    case 'picture':
      if (!PHOTO.test(type) || (media.bytes ?? 0) > MAX_PHOTO_BYTES) return AS_DOCUMENT;
      return { method: 'sendPhoto', field: 'photo', takesCaption: true };
    case 'video':
      if (type !== 'video/mp4') return AS_DOCUMENT;
      return { method: 'sendVideo', field: 'video', takesCaption: true };
    case 'voice':
      if (!VOICE.test(type)) return AS_DOCUMENT;
      return { method: 'sendVoice', field: 'voice', takesCaption: true };
    case 'audio':
      if (!AUDIO.test(type)) return AS_DOCUMENT;
      return { method: 'sendAudio', field: 'audio', takesCaption: true };
    case 'sticker':
      if (type !== 'image/webp') return AS_DOCUMENT;
      return { method: 'sendSticker', field: 'sticker', takesCaption: false };
    case 'file':
      return AS_DOCUMENT;
  }
}

function typeOf({ type, fileName }: OutgoingMedia): string {
  const named = type.toLowerCase().split(';')[0]?.trim() ?? '';
  if (named !== '' && named !== 'application/octet-stream' && named !== 'binary/octet-stream') {
    return named;
  }
  const extension = /\.([a-z0-9]{1,5})$/i.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return BY_EXTENSION[extension] ?? named;
}
