import { createHash } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import { runtimeOf } from './runtime.ts';
import { generatedBytes, type Sample, sampleBytes, sha256Of } from './samples.ts';
import {
  type Bot,
  type Fields,
  type FileSource,
  nextNumber,
  own,
  type StoredFile,
  telegramState,
} from './state.ts';
import type { Upload } from './upload.ts';

/** What a bot may download. @see https://core.telegram.org/bots/api#getfile */
export const DOWNLOAD_MAX = 20 * 1024 * 1024;

const FOLDERS: Record<string, string> = {
  photo: 'photos',
  video: 'videos',
  video_note: 'video_notes',
  animation: 'animations',
  voice: 'voice',
  audio: 'music',
  sticker: 'stickers',
};

type NewFile = Pick<
  StoredFile,
  'type' | 'name' | 'mime' | 'size' | 'sha256' | 'source' | 'details'
>;

function addFile(world: World, bot: Bot, file: NewFile): StoredFile {
  const state = telegramState(world);
  const number = nextNumber(world);
  const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
  const contentKey = file.sha256 ?? `generated ${number}`;
  const extension = /\.\w{1,8}$/.exec(file.name)?.[0] ?? '';
  const stored: StoredFile = {
    ...file,
    bot_id: bot.id,
    // The same file has another id with another bot, but the same unique id.
    file_id: `BQACAgIAAxkB${digest(`${bot.id} ${number}`)}`,
    file_unique_id: `AgAD${digest(`${file.type} ${contentKey}`).slice(0, 12)}`,
    path: `${FOLDERS[file.type] ?? 'documents'}/file_${number}${extension}`,
    path_until: 0,
    is_unavailable: false,
  };
  state.files[stored.file_id] = stored;
  state.paths[`${bot.id}/${stored.path}`] = stored.file_id;
  return stored;
}

/** A sample as it is, or made up to `size` bytes. @throws TypeError for a size below the sample's */
export function addSample(
  world: World,
  bot: Bot,
  type: string,
  { file, name, mime, details }: Sample,
  size?: number,
): StoredFile {
  const bytes = sampleBytes(file);
  if (size === undefined || size === bytes.length) {
    const source: FileSource = { from: 'sample', sample: file };
    const sha256 = sha256Of([bytes]);
    return addFile(world, bot, { type, name, mime, details, size: bytes.length, sha256, source });
  }
  if (!Number.isInteger(size) || size < bytes.length || size > 2_000 * 1024 * 1024) {
    throw new TypeError(`size: ${bytes.length} bytes to 2000 MB are expected`);
  }
  const seed = nextNumber(world);
  const source: FileSource = { from: 'generated', sample: file, seed };
  const sha256 = size > DOWNLOAD_MAX ? null : sha256Of(generatedBytes(file, seed, size));
  return addFile(world, bot, { type, name, mime, details, size, sha256, source });
}

export function addUpload(
  world: World,
  bot: Bot,
  type: string,
  upload: Upload,
  details: Fields,
): StoredFile {
  const { name, mime, size, sha256 } = upload;
  const source: FileSource = { from: 'upload' };
  const file = addFile(world, bot, { type, name, mime, details, size, sha256, source });
  if (upload.bytes !== undefined) runtimeOf(world).uploads.keep(file.file_unique_id, upload.bytes);
  return file;
}

/** The file of a bot by the id it was given. */
export function fileOf(world: World, bot: Bot, fileId: string): StoredFile | undefined {
  const file = own(telegramState(world).files, fileId);
  return file?.bot_id === bot.id ? file : undefined;
}

/** The file's bytes; undefined for an upload that was not kept. */
export function contentOf(world: World, file: StoredFile): Iterable<Buffer> | undefined {
  const { source, size } = file;
  if (source.from === 'sample') return [sampleBytes(source.sample)];
  if (source.from === 'generated') return generatedBytes(source.sample, source.seed, size);
  const bytes = runtimeOf(world).uploads.find(file.file_unique_id);
  return bytes === undefined ? undefined : [bytes];
}

/** PhotoSize, Document, Voice and the like. Photos, stickers and video notes have no name. */
export function fileFields(file: StoredFile): Fields {
  const hasName = ['document', 'video', 'animation', 'audio'].includes(file.type);
  const hasMime = hasName || file.type === 'voice';
  return {
    file_id: file.file_id,
    file_unique_id: file.file_unique_id,
    ...file.details,
    ...(hasName && { file_name: file.name }),
    ...(hasMime && { mime_type: file.mime }),
    file_size: file.size,
  };
}
