import type { Scope } from '../entities.ts';
import { contentTypeOf, type StoredFile } from '../file-store.ts';
import type { World } from '../world.ts';
import { accountOfScope } from './people.ts';

/** A file that a person attaches: one of `id` (uploaded before), `base64`, `text` and `size` says its bytes. */
export interface FileInput {
  /** Of a file uploaded by `POST /__emulator/files`. */
  id?: string;
  name?: string;
  content_type?: string;
  base64?: string;
  text?: string;
  /** So many bytes, the same for the same size. At most 200 MB. */
  size?: number;
  /** Message type, if the content type is not to decide. */
  type?: 'picture' | 'video' | 'voice' | 'audio' | 'file' | 'sticker';
  /** How long the link works, by the emulator's clock; default: for ever. Kommo's life of links is not documented. */
  expires_in_ms?: number;
}

const SIZE_MAX = 200 * 1024 * 1024;

/** @throws TypeError naming what is wrong */
export function storeFile(world: World, input: FileInput): StoredFile {
  if (input.id !== undefined) {
    const file = world.files.find(input.id);
    if (file === undefined) throw new TypeError('file.id: no such file');
    return file;
  }
  const { name } = input;
  if (typeof name !== 'string' || name === '' || /[/\\]/.test(name)) {
    throw new TypeError('file.name: a file name is expected');
  }
  const life = input.expires_in_ms;
  return world.files.add(bytesOf(input), {
    name,
    contentType: input.content_type ?? contentTypeOf(name),
    expiresAt: life === undefined ? null : world.clock.now() + life,
  });
}

function bytesOf({ base64, text, size }: FileInput): Buffer {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  if (text !== undefined) return Buffer.from(text);
  if (size === undefined || !Number.isInteger(size) || size < 0 || size > SIZE_MAX) {
    throw new TypeError(`file.size: 0 to ${SIZE_MAX} bytes are expected`);
  }
  return Buffer.alloc(size, 'emulated file ');
}

/** The fields a file adds to a message of Kommo. */
export function fileMessage(
  scope: Scope,
  world: World,
  file: StoredFile,
  input: FileInput | undefined,
): Record<string, unknown> {
  const { tld } = accountOfScope(world, scope);
  const host = tld === 'amocrm.ru' ? 'amojo.amocrm.ru' : 'amojo.kommo.com';
  const url = `https://${host}/attachments/${file.id}/${encodeURIComponent(file.name)}`;
  const type = input?.type ?? typeOf(file.content_type);
  return {
    type,
    media: url,
    thumbnail: type === 'picture' || type === 'video' ? url : '',
    file_name: file.name,
    file_size: file.size,
  };
}

function typeOf(contentType: string): string {
  if (contentType.startsWith('image/')) return 'picture';
  if (contentType.startsWith('video/')) return 'video';
  if (/^audio\/ogg/.test(contentType)) return 'voice';
  return contentType.startsWith('audio/') ? 'audio' : 'file';
}
