import { buffer } from 'node:stream/consumers';
import { isNeverSent } from '../platform/never-sent.ts';
import {
  NotReached,
  type OutboundAnswer,
  type OutboundStream,
  type StreamRequest,
} from '../platform/outbound.ts';
import { failureOfCall, unavailable } from './http.ts';
import type { Upload } from './multipart.ts';

/**
 * Makes a call that must not be made twice, such as the sending of a message.
 *
 * @returns `undefined` when the service was asked and its answer did not come: it may have acted
 * @throws ConnectorError `unavailable` when the service surely was not reached, `misconfigured` when its address
 *   is not allowed
 */
export async function askOnce(
  ask: () => Promise<OutboundAnswer>,
): Promise<OutboundAnswer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    if (isNeverSent(error)) throw failureOfCall(error);
    return undefined;
  }
}

/** The same for a request with a file in it. @throws FileFailed when the file could not be read to its end */
export async function uploadOnce(
  stream: OutboundStream,
  request: StreamRequest,
  upload: Upload,
): Promise<OutboundAnswer | undefined> {
  const answer = await askOnce(async () => {
    const { status, headers, body } = await stream({
      ...request,
      headers: {
        accept: 'application/json',
        ...request.headers,
        'content-type': upload.contentType,
      },
      body: upload.body,
      contentLength: upload.contentLength,
    });
    return { status, headers, body: await buffer(body) };
  });
  // A server acts on a form, or on JSON, when it has all of it.
  if (answer === undefined && !upload.isHandedOver()) throw unavailable('cut while sending');
  return answer;
}
