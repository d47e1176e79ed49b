import { NotReached, type Outbound } from '../platform/outbound.ts';
import { failureOfCall, unavailable } from './http.ts';

/** Larger pictures are none to us. */
const MAX_BYTES = 1024 * 1024;

/** A page waits for it. */
const DEADLINE_MS = 5_000;

const LONGEST_ADDRESS = 2048;

/**
 * Fetches a picture. The address may come from anybody: give it a `send` that calls public addresses only, unless it
 * was made by us. No redirect is followed.
 *
 * @returns undefined when there is none at this address, or none that we may fetch
 * @throws ConnectorError `unavailable` when asking again may help
 */
export async function fetchPicture(
  send: Outbound,
  address: string | null | undefined,
): Promise<Buffer | undefined> {
  const url = URL.parse(address ?? '');
  if (url === null || !/^https?:$/.test(url.protocol) || url.href.length > LONGEST_ADDRESS) {
    return undefined;
  }
  try {
    const answer = await send({ url, maxBytes: MAX_BYTES, deadlineMs: DEADLINE_MS });
    const { status, body } = answer;
    if (status === 429 || status >= 500) throw unavailable(`picture: status ${status}`);
    return status === 200 ? body : undefined;
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    if (error.reason === 'too_large' || error.reason === 'refused_address') return undefined;
    throw failureOfCall(error);
  }
}
