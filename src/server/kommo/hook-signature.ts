import { createHmac, timingSafeEqual } from 'node:crypto';

const ACCOUNT_ID = /^[1-9]\d{0,15}$/;
const SIGNATURE = /^[0-9a-f]{64}$/;

/**
 * The account a disable hook proves to be about. The signature has neither time nor nonce: anybody who once saw the
 * address can repeat it, so it is a reason to ask Kommo, not to destroy anything.
 *
 * @param query - as received: a repeated parameter makes the hook a forgery
 * @returns `undefined` for every kind of forgery
 * @see https://developers.kommo.com/docs/oauth-20
 */
export function accountOfDisableHook(
  query: URLSearchParams,
  client: { clientId: string; clientSecret: string },
): number | undefined {
  const accountId = only(query, 'account_id');
  const clientUuid = only(query, 'client_uuid');
  const signature = only(query, 'signature');
  if (accountId === undefined || clientUuid === undefined || signature === undefined)
    return undefined;
  if (!ACCOUNT_ID.test(accountId) || !SIGNATURE.test(signature)) return undefined;
  const expected = disableHookSignature(client.clientSecret, client.clientId, accountId);
  // The expected value is always made from our own id, so the comparison below covers the given one.
  const isGenuine = timingSafeEqual(Buffer.from(signature, 'hex'), Buffer.from(expected, 'hex'));
  const id = Number(accountId);
  return isGenuine && clientUuid === client.clientId && Number.isSafeInteger(id) ? id : undefined;
}

/** Lower-case hex HMAC-SHA256 of `client_uuid|account_id`, keyed with the client secret. */
export function disableHookSignature(
  clientSecret: string,
  clientUuid: string,
  accountId: string,
): string {
  return createHmac('sha256', clientSecret).update(`${clientUuid}|${accountId}`).digest('hex');
}

function only(query: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = query.getAll(name);
  return more.length === 0 ? value : undefined;
}
