import { createHash } from 'node:crypto';

/** Larger files are counted and hashed, but not kept. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** What is left of a file that came in. */
export interface ReceivedFile {
  size: number;
  sha256: string;
  /** All of it, if it is small enough. */
  bytes: Buffer | undefined;
}

/** Counts and hashes a file while it comes in, and keeps it while it is small. */
export class FileSink {
  readonly #hash = createHash('sha256');
  #chunks: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  write(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    // A copy: the chunk is a view of a network buffer that may be much larger.
    if (this.#size <= KEPT_BYTES) this.#chunks.push(Buffer.from(chunk));
    else this.#chunks = [];
  }

  end(): ReceivedFile {
    return {
      size: this.#size,
      sha256: this.#hash.digest('hex'),
      bytes: this.#size <= KEPT_BYTES ? Buffer.concat(this.#chunks) : undefined,
    };
  }
}

/** Bytes that are in memory already. */
export function receivedFile(bytes: Buffer): ReceivedFile {
  const sink = new FileSink();
  sink.write(bytes);
  return sink.end();
}
