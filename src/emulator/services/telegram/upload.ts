import { createHash } from 'node:crypto';
import type { PartHead, PartSink } from './multipart.ts';

/** A file that a bot or a client handed in. */
export interface Upload {
  name: string;
  mime: string;
  size: number;
  sha256: string;
  /** The beginning, enough to tell what kind of file it is. */
  head: Buffer;
  /** All of it, if it is small enough to be shown on the client's page. */
  bytes: Buffer | undefined;
}

const HEAD_BYTES = 262_144;
/** Larger uploads are counted and hashed, but not kept. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** Counts and hashes an upload while it comes in. */
export function uploadSink(head: PartHead, done: (upload: Upload) => void): PartSink {
  const hash = createHash('sha256');
  let chunks: Buffer[] = [];
  let size = 0;
  return {
    write(chunk) {
      hash.update(chunk);
      const wasKept = size <= KEPT_BYTES;
      size += chunk.length;
      if (!wasKept) return;
      // A copy: the chunk is a view of a network buffer that may be much larger.
      chunks.push(Buffer.from(chunk));
      if (size > KEPT_BYTES) chunks = [Buffer.from(Buffer.concat(chunks).subarray(0, HEAD_BYTES))];
    },
    end() {
      const bytes = Buffer.concat(chunks);
      done({
        name: head.filename ?? 'file',
        mime: head.type || 'application/octet-stream',
        size,
        sha256: hash.digest('hex'),
        head: bytes.subarray(0, HEAD_BYTES),
        bytes: size <= KEPT_BYTES ? bytes : undefined,
      });
    },
  };
}

/** An upload that is in memory already. */
export function uploadOf(bytes: Buffer, name: string, mime: string): Upload {
  return {
    name,
    mime,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    head: bytes.subarray(0, HEAD_BYTES),
    bytes: bytes.length <= KEPT_BYTES ? bytes : undefined,
  };
}
