import { NotReached, type OutboundStream, type StreamRequest } from '../platform/outbound.ts';
import { ConnectorError } from './connector.ts';
import { demandAnswer, failureOfCall, notUnderstood, rateLimited } from './http.ts';
import type { OpenMedia } from './messages.ts';

/** Whatever an operator allows for a file is less; it is streamed, never held. */
const MAX_FILE_BYTES = 1024 ** 3;

/** Said of a file whose type the service does not know. */
const UNKNOWN_TYPE = 'application/octet-stream';

/**
 * Opens a file where a service keeps it, to be handed on as it comes.
 *
 * @param refusedAs what it means when the service does not take the key: a sign-in that is dead, or a key of the operator
 * @throws ConnectorError `rejected` when there is no such file, `refusedAs`, `rate_limited`, `unavailable`,
 *   `misconfigured`
 */
export async function fetchFile(
  stream: OutboundStream,
  request: Pick<StreamRequest, 'url' | 'headers'>,
  refusedAs: 'reauthorize' | 'misconfigured' = 'reauthorize',
): Promise<OpenMedia> {
  const answer = await stream({ ...request, maxBytes: MAX_FILE_BYTES }).catch((error: unknown) => {
    throw error instanceof NotReached ? failureOfCall(error) : error;
  });
  const { status, headers, body } = answer;
  if (status !== 200) {
    body.destroy();
    if (status === 429) throw rateLimited(headers['retry-after']);
    if (status === 401) throw new ConnectorError(refusedAs);
    demandAnswer(status);
    if (status < 300) throw notUnderstood(`file: status ${status}`);
    throw new ConnectorError('rejected');
  }
  const length = headers['content-length'] ?? '';
  const type = headers['content-type'];
  return {
    body,
    ...(/^\d{1,15}$/.test(length) && { bytes: Number(length) }),
    ...(type !== undefined && type !== UNKNOWN_TYPE && { type }),
  };
}
