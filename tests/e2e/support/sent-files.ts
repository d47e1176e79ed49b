import { readFileSync } from 'node:fs';
import { PROJECT } from '../../../src/pack/project.ts';

/** A file as Playwright puts it into a field. */
export interface SentFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** One of the small real files that the emulated Telegram has, under another name. */
export function sampleFile(sample: string, name: string, mimeType: string): SentFile {
  const buffer = readFileSync(`${PROJECT}/src/emulator/services/telegram/samples/${sample}`);
  return { name, mimeType, buffer };
}
