import type { World } from '../../kommo/world.ts';
import { ApiError, badRequest } from './api-error.ts';
import { type FileKind, kindOf, pictureSize } from './file-kind.ts';
import { addUpload, fileFields, fileOf } from './files.ts';
import type { Parameters } from './parameters.ts';
import type { Bot, Fields, StoredFile } from './state.ts';
import type { Upload } from './upload.ts';

/** @see https://core.telegram.org/bots/api#sending-files */
const UPLOAD_MAX = 50 * 1024 * 1024;
const PHOTO_MAX = 10 * 1024 * 1024;

/** Files that a field takes; anything else arrives as a document. */
const TAKEN: Record<string, readonly FileKind[]> = {
  photo: ['jpeg', 'png', 'webp', 'gif'],
  video: ['mp4'],
  animation: ['mp4', 'gif'],
  voice: ['ogg', 'mp3', 'mp4'],
  audio: ['mp3', 'mp4'],
  sticker: ['webp', 'tgs', 'webm'],
  video_note: ['mp4'],
};

/** A file that belongs to a message, and the field it stands in there. */
export interface MediaFile {
  field: string;
  file: StoredFile;
}

/**
 * The file of a call: uploaded, or the id of one the bot has. An address is refused: the double fetches nothing.
 *
 * @param reference what the parameter holds: a file id, an address, `attach://name`, or nothing for an upload
 * @throws ApiError
 */
export function readMedia(
  { world, bot, parameters }: { world: World; bot: Bot; parameters: Parameters },
  type: string,
  reference: string,
): MediaFile {
  const attached = /^attach:\/\/(.+)$/.exec(reference)?.[1];
  const upload = parameters.files.get(attached ?? (reference === '' ? type : ''));
  if (upload !== undefined) return takeUpload(world, bot, type, upload);
  if (attached !== undefined || reference === '') {
    throw badRequest(`there is no ${type.replace('_', ' ')} in the request`);
  }
  const file = fileOf(world, bot, reference);
  if (file !== undefined) return { field: sameType(file, type), file };
  throw badRequest(
    /^https?:/.test(reference) || reference.includes('.')
      ? 'failed to get HTTP URL content'
      : 'wrong file identifier/HTTP URL specified',
  );
}

function sameType(file: StoredFile, type: string): string {
  if (file.type === type) return type;
  const name = (text: string) =>
    text.replace(/(^|_)(\w)/g, (_, _gap, letter) => letter.toUpperCase());
  throw badRequest(`can't use file of type ${name(file.type)} as ${name(type)}`);
}

function takeUpload(world: World, bot: Bot, type: string, upload: Upload): MediaFile {
  if (upload.size > UPLOAD_MAX) throw new ApiError(413, 'Request Entity Too Large');
  if (upload.size === 0) throw badRequest('file must be non-empty');
  if (type === 'photo') checkPhoto(upload);
  const isTaken = TAKEN[type]?.includes(kindOf(upload.head)) ?? true;
  const field = isTaken ? type : 'document';
  const details = field === 'document' ? {} : detailsOf(field, upload);
  return { field, file: addUpload(world, bot, field, upload, details) };
}

function checkPhoto(upload: Upload): void {
  if (upload.size > PHOTO_MAX) {
    throw badRequest(
      `file of size ${upload.size} bytes is too big for a photo; the maximum size is ${PHOTO_MAX} bytes`,
    );
  }
  if (!TAKEN.photo?.includes(kindOf(upload.head))) throw badRequest('IMAGE_PROCESS_FAILED');
  const size = pictureSize(upload.head);
  if (size === undefined) return;
  const { width, height } = size;
  const isOdd = width < 1 || height < 1 || width + height > 10_000;
  if (isOdd || Math.max(width / height, height / width) > 20) {
    throw badRequest('PHOTO_INVALID_DIMENSIONS');
  }
}

/** What Telegram would find out by looking into the file; lengths and sizes of sound and film are not read. */
function detailsOf(field: string, upload: Upload): Fields {
  const { width, height } = pictureSize(upload.head) ?? { width: 640, height: 480 };
  switch (field) {
    case 'photo':
      return { width, height };
    case 'video':
    case 'animation':
      return { width, height, duration: 0 };
    case 'video_note':
      return { length: 240, duration: 0 };
    case 'sticker': {
      const kind = kindOf(upload.head);
      const moves = { is_animated: kind === 'tgs', is_video: kind === 'webm' };
      return { type: 'regular', width: 512, height: 512, ...moves };
    }
    default:
      return { duration: 0 };
  }
}

/** The field of a Message that shows the file; an animation stands as document too. */
export function mediaFields({ field, file }: MediaFile): Fields {
  const shown = fileFields(file);
  if (field === 'photo') return { photo: [shown] };
  if (field === 'animation') {
    const { width: _w, height: _h, duration: _d, ...document } = shown;
    return { animation: shown, document };
  }
  return { [field]: shown };
}
