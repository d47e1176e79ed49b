import type { Exchange } from '../../kommo/exchange.ts';
import type { World } from '../../kommo/world.ts';
import { streamFile } from '../whatsapp/file-routes.ts';
import { extensionOf } from '../whatsapp/files.ts';
import {
  type Fields,
  type Message,
  networkState,
  own,
  type StoredFile,
} from '../whatsapp/state.ts';
import { wahaState } from './state.ts';

/** Where links to files point unless the server was told its own address. */
const DEFAULT_BASE = 'http://localhost:3000';

/**
 * `media` of a message: downloaded now, and there for a while.
 *
 * @param fullId names the file, in the engines whose files are named so
 * @see https://waha.devlike.pro/docs/how-to/receive-messages/#media-files
 */
export function mediaOf(
  world: World,
  session: string,
  message: Message,
  fullId: string,
): Fields | null {
  const file = own(networkState(world).files, message.file ?? '');
  if (file === undefined) return null;
  const { settings } = wahaState(world);
  if (settings.media === 'null') return null;
  const { name: filename, mime: mimetype } = file;
  if (settings.media === 'error') {
    return { url: null, mimetype, filename, error: 'Failed to download media' };
  }
  const path =
    settings.engine === 'GOWS'
      ? `${session}/${message.id}.${extensionOf(file)}`
      : `${fullId}.${extensionOf(file)}`;
  offer(world, path, file);
  const base = settings.base_url === '' ? DEFAULT_BASE : settings.base_url.replace(/\/$/, '');
  return { url: `${base}/api/files/${path}`, mimetype, filename, error: null };
}

function offer(world: World, path: string, file: StoredFile): void {
  const { settings, media } = wahaState(world);
  const life = settings.file_life_seconds;
  media[path] = {
    file: file.id,
    is_empty: settings.media === 'empty',
    until: life === 0 ? null : world.clock.now() + life * 1000,
  };
}

/** `GET /api/files/…`, for as long as the file is there. */
export async function sendMedia(exchange: Exchange): Promise<void> {
  const { world } = exchange;
  const known = own(wahaState(world).media, decoded(exchange.param('*')));
  const isThere = known !== undefined && (known.until === null || known.until > world.clock.now());
  const file = isThere ? own(networkState(world).files, known.file) : undefined;
  if (file !== undefined && known?.is_empty === true) {
    return void exchange.send(200, '', { 'content-type': file.mime });
  }
  if (file !== undefined && (await streamFile(exchange, file))) return;
  // Seen at github.com/devlikeapro/waha, AllExceptionsFilter.ts.
  exchange.sendJson(404, {
    error: {
      code: 404,
      key: 'FILE_NOT_FOUND',
      message: 'File not found',
      details: 'File not found or no longer available',
    },
  });
}

/** The router has decoded it once; a link that is encoded twice is nobody's. */
function decoded(path: string): string {
  return path.replace(/^\/+/, '');
}
