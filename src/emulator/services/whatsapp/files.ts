import type { World } from '../../kommo/world.ts';
import { generatedBytes, sampleBytes, sha256Of } from '../telegram/samples.ts';
import type { ReceivedFile } from './file-sink.ts';
import { networkRuntime } from './runtime.ts';
import { type FileSource, type Kind, networkState, nextNumber, type StoredFile } from './state.ts';

/** A small real file, and what WhatsApp says of such a one. */
interface Sample {
  file: string;
  mime: string;
  /** Only documents have a name. */
  name: string | null;
}

/** What a person sends of each kind with a file. */
const SAMPLES: Partial<Record<Kind, Sample>> = {
  image: { file: 'photo-800.jpg', mime: 'image/jpeg', name: null },
  video: { file: 'video.mp4', mime: 'video/mp4', name: null },
  video_note: { file: 'round.mp4', mime: 'video/mp4', name: null },
  gif: { file: 'animation.mp4', mime: 'video/mp4', name: null },
  voice: { file: 'voice.ogg', mime: 'audio/ogg; codecs=opus', name: null },
  audio: { file: 'audio.mp3', mime: 'audio/mpeg', name: null },
  document: { file: 'document.pdf', mime: 'application/pdf', name: 'document.pdf' },
  sticker: { file: 'sticker.webp', mime: 'image/webp', name: null },
};

export function sampleOf(kind: Kind): Sample {
  const sample = SAMPLES[kind];
  if (sample === undefined) throw new TypeError(`kind: there is no file of ${kind}`);
  return sample;
}

export function hasFile(kind: Kind): boolean {
  return SAMPLES[kind] !== undefined;
}

function keep(world: World, file: Omit<StoredFile, 'id'>): StoredFile {
  const id = `file_${nextNumber(world)}`;
  const stored = { id, ...file };
  networkState(world).files[id] = stored;
  return stored;
}

/** A sample as it is, or made up to `size` bytes. @throws TypeError for a size that cannot be made */
export function addSample(world: World, { file, name, mime }: Sample, size?: number): StoredFile {
  const bytes = sampleBytes(file);
  if (size === undefined || size === bytes.length) {
    const source: FileSource = { from: 'sample', sample: file };
    return keep(world, { name, mime, size: bytes.length, sha256: sha256Of([bytes]), source });
  }
  if (!Number.isInteger(size) || size < 0 || size > 2_000 * 1024 * 1024) {
    throw new TypeError('size: 0 bytes to 2000 MB are expected');
  }
  const seed = nextNumber(world);
  const source: FileSource = { from: 'generated', sample: file, seed };
  const sha256 = sha256Of(generatedBytes(file, seed, size));
  return keep(world, { name, mime, size, sha256, source });
}

export function addUpload(
  world: World,
  { name, mime }: { name: string | null; mime: string },
  { bytes, size, sha256 }: ReceivedFile,
): StoredFile {
  const file = keep(world, { name, mime, size, sha256, source: { from: 'upload' } });
  if (bytes !== undefined) networkRuntime(world).uploads.keep(file.id, bytes);
  return file;
}

/** The file's bytes; undefined for an upload that was not kept. */
export function contentOf(world: World, file: StoredFile): Iterable<Buffer> | undefined {
  const { source, size } = file;
  if (source.from === 'sample') return [sampleBytes(source.sample)];
  if (source.from === 'generated') return generatedBytes(source.sample, source.seed, size);
  const bytes = networkRuntime(world).uploads.find(file.id);
  return bytes === undefined ? undefined : [bytes];
}

const EXTENSIONS: Record<string, string> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/webp': 'webp',
  'video/mp4': 'mp4',
  'audio/ogg': 'oga',
  'audio/mpeg': 'mp3',
  'application/pdf': 'pdf',
};

/** How a server names the file on its disk; without the dot. */
export function extensionOf({ name, mime }: StoredFile): string {
  const own = /\.(\w{1,8})$/.exec(name ?? '')?.[1];
  return own ?? EXTENSIONS[mime.split(';')[0]?.trim() ?? ''] ?? 'bin';
}
