import { Readable } from 'node:stream';
import type { OutgoingMedia } from '../../../src/server/connectors/messages.ts';

/** What a small file holds. */
export const FILE_CONTENT = Buffer.from('canary-file-content '.repeat(100));

/** A file as the room hands it to a connector, and what became of it. */
export interface HeldFile extends OutgoingMedia {
  /** Bodies that were opened and neither read to the end nor destroyed. */
  left(): number;
}

/** @param options.isCounted whether anybody knows how long it is */
export function heldFile(
  fileName: string,
  type: string,
  options: { isCounted?: boolean; body?: () => Readable; bytes?: number } = {},
): HeldFile {
  const opened: Readable[] = [];
  const { isCounted = true, body = () => Readable.from([FILE_CONTENT]) } = options;
  const length = isCounted ? { bytes: options.bytes ?? FILE_CONTENT.length } : {};
  return {
    fileName,
    type,
    ...length,
    link: 'http://127.0.0.1:9/media/canary-media-link',
    open: async () => {
      const stream = body();
      opened.push(stream);
      return { body: stream, type, ...length };
    },
    left: () => opened.filter((stream) => !stream.destroyed && !stream.readableEnded).length,
  };
}
