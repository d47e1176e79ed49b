import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Exchange, Route } from '../../kommo/exchange.ts';
import type { World } from '../../kommo/world.ts';
import { chatFileHeaders } from '../page-files.ts';
import { sampleBytes } from '../telegram/samples.ts';
import { FILE_PATH } from './conversation.ts';
import { contentOf } from './files.ts';
import { networkState, own, type StoredFile } from './state.ts';

/** In reality `pps.whatsapp.net`, which asks for no key. */
const PICTURE_PATH = '/__services/whatsapp/picture';

/** Where the picture of a linked number lies: every one of them has one, and nobody else. */
export function pictureOfLine(world: World, number: string): string {
  return `${new URL(world.url).origin}${PICTURE_PATH}/${number}.jpg`;
}

/** Where the emulated phone's page shows files from. */
export function networkFileRoutes(): Route[] {
  return [
    { method: 'GET', host: 'any', path: `${FILE_PATH}/:id`, handler: showFile },
    { method: 'GET', host: 'any', path: `${PICTURE_PATH}/:number`, handler: showPicture },
  ];
}

function showPicture(exchange: Exchange): void {
  exchange.send(200, sampleBytes('photo-320.jpg'), { 'content-type': 'image/jpeg' });
}

async function showFile(exchange: Exchange): Promise<void> {
  const file = own(networkState(exchange.world).files, exchange.param('id'));
  const headers = file && chatFileHeaders(file.name ?? file.id, file.mime);
  if (file === undefined || !(await streamFile(exchange, file, headers))) {
    exchange.sendJson(404, { error: 'There is no such file, or it was too large to be kept.' });
  }
}

/** Answers with the file's bytes, piece by piece. @returns false when they were not kept and nothing is answered */
export async function streamFile(
  exchange: Exchange,
  file: StoredFile,
  headers: Record<string, string> = {},
): Promise<boolean> {
  const content = contentOf(exchange.world, file);
  if (content === undefined) return false;
  const { response } = exchange;
  response.writeHead(200, {
    'content-type': file.mime,
    'content-length': file.size,
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  // A reader that goes away is no failure of ours.
  await pipeline(Readable.from(content), response).catch(() => undefined);
  return true;
}
