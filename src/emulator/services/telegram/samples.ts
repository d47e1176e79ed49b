import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Fields } from './state.ts';

const FOLDER = new URL('samples/', import.meta.url);

/** A small real file, and what Telegram says of such a one in a message. */
export interface Sample {
  file: string;
  name: string;
  mime: string;
  details: Fields;
}

const sample = (file: string, mime: string, details: Fields, name = file): Sample => ({
  file,
  name,
  mime,
  details,
});

/** By field of a Message. Photos are separate: they come in several sizes. */
export const SAMPLES: Record<string, Sample> = {
  video: sample('video.mp4', 'video/mp4', { width: 320, height: 240, duration: 2 }),
  video_note: sample('round.mp4', 'video/mp4', { length: 240, duration: 2 }),
  animation: sample('animation.mp4', 'video/mp4', { width: 160, height: 120, duration: 2 }),
  document: sample('document.pdf', 'application/pdf', {}),
  voice: sample('voice.ogg', 'audio/ogg', { duration: 2 }),
  audio: sample('audio.mp3', 'audio/mpeg', {
    duration: 2,
    performer: 'Emulator',
    title: 'A tone',
  }),
};

const square = { type: 'regular', width: 512, height: 512, emoji: '👍', set_name: 'EmulatedSet' };

export const STICKERS: Record<'webp' | 'tgs' | 'webm', Sample> = {
  webp: sample('sticker.webp', 'image/webp', { ...square, is_animated: false, is_video: false }),
  tgs: sample('sticker.tgs', 'application/x-tgsticker', {
    ...square,
    is_animated: true,
    is_video: false,
  }),
  webm: sample('sticker.webm', 'video/webm', { ...square, is_animated: false, is_video: true }),
};

/** The sizes of one photo, smallest first, as Telegram lists them. */
export const PHOTO_SIZES: readonly Sample[] = [
  [90, 68],
  [320, 240],
  [800, 600],
  [1280, 960],
].map(([width, height]) => sample(`photo-${width}.jpg`, 'image/jpeg', { width, height }));

const read = new Map<string, Buffer>();

export function sampleBytes(file: string): Buffer {
  const known = read.get(file);
  if (known !== undefined) return known;
  const bytes = readFileSync(new URL(file, FOLDER));
  read.set(file, bytes);
  return bytes;
}

/** How large a piece of a made-up file is. */
const PIECE = 65_536;

/** The bytes of a made-up file: a sample, then numbers that differ by seed and place. Never whole in memory. */
export function* generatedBytes(file: string, seed: number, size: number): Generator<Buffer> {
  const head = sampleBytes(file).subarray(0, size);
  yield head;
  const filling = createHash('shake256', { outputLength: PIECE }).update(String(seed)).digest();
  for (let left = size - head.length, place = 0; left > 0; left -= PIECE, place += 1) {
    const piece = Buffer.from(filling.subarray(0, Math.min(PIECE, left)));
    if (piece.length >= 4) piece.writeUInt32BE(place);
    yield piece;
  }
}

export function sha256Of(pieces: Iterable<Buffer>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
