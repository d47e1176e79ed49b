import type { MediaKind, OutgoingMedia } from '../messages.ts';

/** How WAHA takes a file. */
interface WahaMedia {
  path: string;
  mimetype: string;
  /** Further members of the request. */
  extra: { convert?: boolean };
}

/** What WhatsApp shows as a picture. */
const PICTURE = /^image\/(?:jpeg|png|webp)$/;
const OPUS = /^(?:audio|application)\/(?:ogg|opus)\b/;

const BY_EXTENSION: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  pdf: 'application/pdf',
};

/**
 * The call that shows a file best. What WhatsApp has no player for goes as a document; voice and video of other formats
 * are converted by the server.
 *
 * @see https://waha.devlike.pro/docs/how-to/send-messages/
 */
export function mediaMethodOf(media: OutgoingMedia & { kind: MediaKind }): WahaMedia {
  const mimetype = typeOf(media);
  switch (media.kind) {
    case 'picture':
    case 'sticker':
      // WAHA sends no stickers; as a picture it is seen at least.
      if (!PICTURE.test(mimetype)) return asDocument(mimetype);
      return { path: '/api/sendImage', mimetype, extra: {} };
    case 'video':
      return { path: '/api/sendVideo', mimetype, extra: { convert: mimetype !== 'video/mp4' } };
    case 'voice': {
      const isOpus = OPUS.test(mimetype);
      return {
        path: '/api/sendVoice',
        mimetype: isOpus ? 'audio/ogg; codecs=opus' : mimetype,
        extra: { convert: !isOpus },
      };
    }
    case 'audio':
    case 'file':
      return asDocument(mimetype);
  }
}

function asDocument(mimetype: string): WahaMedia {
  return { path: '/api/sendFile', mimetype, extra: {} };
}

function typeOf({ type, fileName }: OutgoingMedia): string {
  const named = /^[\w.+-]{1,100}\/[\w.+-]{1,100}/.exec(type.toLowerCase())?.[0];
  if (named !== undefined && !/^(?:application|binary)\/octet-stream$/.test(named)) return named;
  const extension = /\.([a-z0-9]{1,5})$/i.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return BY_EXTENSION[extension] ?? named ?? 'application/octet-stream';
}
