import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

export interface StoredFile {
  id: string;
  name: string;
  content_type: string;
  size: number;
  sha256: string;
  /** When its link ends by the emulator's clock, in milliseconds; null: never. */
  expires_at: number | null;
}

/** Files above this are read to their end, hashed and thrown away. */
const KEPT_MAX = 60 * 1024 * 1024;
/** All files together; the rest is hashed only. */
const TOTAL_MAX = 1024 * 1024 * 1024;

const TYPES: Record<string, string> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.ogg': 'audio/ogg',
  '.oga': 'audio/ogg',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
};

/** By the name's ending. */
export function contentTypeOf(name: string): string {
  return TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
}

/** Bytes of messages: what was fetched for Kommo, and what its people send. On disk, gone with the emulator. */
export class FileStore {
  #folder: string | undefined;
  #files = new Map<string, StoredFile>();
  #total = 0;

  /** Keeps bytes under a new id. */
  add(
    bytes: Buffer,
    about: { name: string; contentType: string; expiresAt?: number | null },
  ): StoredFile {
    const id = randomUUID();
    writeFileSync(this.#pathOf(id), bytes);
    return this.#register({
      id,
      name: about.name,
      content_type: about.contentType,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      expires_at: about.expiresAt ?? null,
    });
  }

  /**
   * Reads a stream to its end, and keeps it if it is not too large.
   * @returns its size and hash, and the file unless it was thrown away
   */
  async drain(
    source: AsyncIterable<Buffer>,
    about: { name: string; contentType: string },
  ): Promise<{ size: number; sha256: string; file: StoredFile | undefined }> {
    const id = randomUUID();
    const path = this.#pathOf(id);
    const hash = createHash('sha256');
    const out = createWriteStream(path);
    const failed = new Promise<never>((_, reject) => out.once('error', reject));
    failed.catch(() => undefined);
    let size = 0;
    try {
      for await (const chunk of source) {
        size += chunk.length;
        hash.update(chunk);
        if (this.#fits(size) && !out.write(chunk)) {
          await Promise.race([
            new Promise<void>((resolve) => out.once('drain', () => resolve())),
            failed,
          ]);
        }
      }
      await Promise.race([new Promise<void>((resolve) => out.end(resolve)), failed]);
    } catch (error) {
      out.destroy();
      rmSync(path, { force: true });
      throw error;
    }
    const sha256 = hash.digest('hex');
    if (!this.#fits(size)) {
      rmSync(path, { force: true });
      return { size, sha256, file: undefined };
    }
    const { name, contentType: content_type } = about;
    const file = this.#register({ id, name, content_type, size, sha256, expires_at: null });
    return { size, sha256, file };
  }

  find(id: string): StoredFile | undefined {
    return this.#files.get(id);
  }

  read({ id }: StoredFile): Buffer {
    return readFileSync(this.#pathOf(id));
  }

  /** Deletes every file. */
  clear(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
    this.#files.clear();
    this.#total = 0;
  }

  #register(file: StoredFile): StoredFile {
    this.#files.set(file.id, file);
    this.#total += file.size;
    return file;
  }

  #fits(size: number): boolean {
    return size <= KEPT_MAX && this.#total + size <= TOTAL_MAX;
  }

  #pathOf(id: string): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'kommo-emulator-'));
    return join(this.#folder, id);
  }
}
