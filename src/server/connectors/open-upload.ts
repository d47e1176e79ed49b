import { ConnectorError, type ConnectorFailure } from './connector.ts';
import { unavailable } from './http.ts';
import type { OutgoingMedia, SendOutcome } from './messages.ts';
import { FileFailed, type UploadFile } from './multipart.ts';

/** Failures of a file's source that may pass. */
const PASSING = new Set<ConnectorFailure>(['unavailable', 'rate_limited']);

/**
 * Opens a file of a message to send it on. Whoever asked destroys its body.
 *
 * @param maxBytes what the service takes
 * @throws FileFailed `gone`, `too_large`; ConnectorError `unavailable`, `rate_limited`
 */
export async function openUpload(media: OutgoingMedia, maxBytes: number): Promise<UploadFile> {
  if ((media.bytes ?? 0) > maxBytes) throw new FileFailed('too_large');
  const { body, bytes, type } = await media.open().catch((error: unknown) => {
    // What is wrong with Kommo's file must not be read as trouble with the account at the service.
    const isLasting = error instanceof ConnectorError && !PASSING.has(error.failure);
    throw isLasting ? new FileFailed('gone') : error;
  });
  if ((bytes ?? 0) > maxBytes) {
    body.destroy();
    throw new FileFailed('too_large');
  }
  return {
    fileName: media.fileName,
    type: media.type || (type ?? 'application/octet-stream'),
    body,
    ...(bytes !== undefined && { bytes }),
    maxBytes,
  };
}

/**
 * What became of a message whose file failed.
 *
 * @throws ConnectorError `unavailable` for a file that broke off; the error itself when it is not about the file
 */
export function outcomeOfFile(error: unknown): SendOutcome {
  if (!(error instanceof FileFailed)) throw error;
  if (error.failure === 'broken') throw unavailable('the file broke off');
  const isGone = error.failure === 'gone';
  return { state: 'refused', reason: isGone ? 'file_unavailable' : 'too_large' };
}
