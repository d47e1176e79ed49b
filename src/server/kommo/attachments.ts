import type { Readable } from 'node:stream';
import { NotReached } from '../platform/outbound.ts';
import { isKommoFileHost } from './account-host.ts';
import { failureOf } from './answers.ts';
import { KommoError } from './errors.ts';
import type { Kommo } from './kommo.ts';

/** A file that was attached to a message in Kommo. */
export interface Attachment {
  status: number;
  /** Absent when the server does not say. */
  bytes?: number;
  /** Media type, lower case and without parameters. */
  type: string;
  /** To be read or destroyed. Ends in `NotReached` when the file is cut, stalls or is too large. */
  body: Readable;
}

const UNKNOWN_TYPE = 'application/octet-stream';
const MEDIA_TYPE = /^[a-z0-9][\w.+-]{0,126}\/[a-z0-9][\w.+-]{0,126}$/;

/**
 * Opens the file of a message at Kommo's own hosts. Never follows a redirect.
 *
 * @param url - as the webhook names it; the query is part of it
 * @throws KommoError with `api` `files`: `rejected` for an address that is not Kommo's, `unavailable` with the cause
 *   `NotReached` (`too_large` for a file beyond `maxBytes`)
 */
export async function openAttachment(
  kommo: Pick<Kommo, 'openStream' | 'now'>,
  url: string,
  options: { maxBytes?: number } = {},
): Promise<Attachment> {
  const address = addressOf(url);
  if (address === undefined) throw new KommoError('rejected', { api: 'files' });
  const { status, headers, body } = await open(kommo, address, options);
  const failure = failureOf({ status, headers, body: '' }, 'files', kommo.now);
  if (failure !== undefined) {
    body.destroy();
    throw failure;
  }
  const length = headers['content-length'] ?? '';
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  return {
    status,
    ...(/^\d{1,15}$/.test(length) && { bytes: Number(length) }),
    type: MEDIA_TYPE.test(type) ? type : UNKNOWN_TYPE,
    body,
  };
}

async function open(
  { openStream }: Pick<Kommo, 'openStream'>,
  address: URL,
  options: { maxBytes?: number },
) {
  try {
    return await openStream(address, options);
  } catch (cause) {
    if (!(cause instanceof NotReached)) throw cause;
    throw new KommoError('unavailable', { api: 'files', cause });
  }
}

/** `undefined` for an address that is not a plain https one at Kommo. */
function addressOf(url: string): URL | undefined {
  const address = URL.parse(url);
  if (address?.protocol !== 'https:' || !isKommoFileHost(address.hostname)) return undefined;
  if (address.username !== '' || address.password !== '' || address.port !== '') return undefined;
  // It would name another host where an address is put together again.
  return address.pathname.startsWith('//') ? undefined : address;
}
