import mime from 'mime';
import type { MediaKind, OutgoingMedia } from '../messages.ts';
import type { MediaPart } from '../whatsapp/compose.ts';

/** How the server takes a file: the call, and what its JSON holds beside the file. */
export interface MediaCall {
  call: 'sendMedia' | 'sendWhatsAppAudio' | 'sendSticker';
  /** The member that holds the file. */
  field: string;
  members: Record<string, unknown>;
}

/** What the server makes a JPEG of without loss of what can be seen. A GIF would stand still. */
const PICTURE = /^image\/(?:jpe?g|png|webp)$/;
const STICKER = /^image\/(?:webp|png|jpe?g)$/;

/**
 * Chooses the call that shows a file best. Sound that was not spoken goes as a document, which is played too and keeps
 * its name.
 *
 * @see https://doc.evolution-api.com/v2/api-reference/message-controller/send-media
 */
export function mediaCallOf({ media, caption }: MediaPart): MediaCall {
  const type = typeOf(media);
  switch (media.kind) {
    case 'picture':
      // The server makes another format of it, for which the file's own name would be wrong.
      if (PICTURE.test(type)) return sendMedia('image', { mimetype: type, caption });
      break;
    case 'video':
      if (type === 'video/mp4') return sendMedia('video', { mimetype: type, caption });
      break;
    case 'voice':
      // Whatever it is, the server converts it.
      return { call: 'sendWhatsAppAudio', field: 'audio', members: {} };
    case 'sticker':
      if (STICKER.test(type)) {
        // What moves would stand still once converted.
        const members = type === 'image/webp' ? { notConvertSticker: true } : {};
        return { call: 'sendSticker', field: 'sticker', members };
      }
      break;
    case 'audio':
    case 'file':
      break;
  }
  return documentCallOf({ media, ...(caption !== undefined && { caption }) });
}

export function documentCallOf({
  media,
  caption,
}: Pick<MediaPart, 'media' | 'caption'>): MediaCall {
  const type = typeOf(media);
  return sendMedia('document', { mimetype: type, fileName: namedByType(media, type), caption });
}

function sendMedia(mediatype: string, members: Record<string, unknown>): MediaCall {
  return { call: 'sendMedia', field: 'media', members: { mediatype, ...members } };
}

/** The server tells the type by the name alone, and calls it `false` for a name that says nothing. */
function namedByType({ fileName }: OutgoingMedia, type: string): string {
  if (mime.getType(fileName) !== null) return fileName;
  return `${fileName || 'file'}.${mime.getExtension(type) ?? 'bin'}`;
}

function typeOf({ type, fileName }: OutgoingMedia & { kind: MediaKind }): string {
  const given = type.toLowerCase().split(';')[0]?.trim() ?? '';
  const isNoType = given === '' || /^(?:application|binary)\/octet-stream$/.test(given);
  return isNoType ? (mime.getType(fileName) ?? 'application/octet-stream') : given;
}
