import { z } from 'zod';
import type { Tld } from './account-host.ts';
import { AMOJO_CONTENT_TYPE, amojoDate, amojoSignature, contentMd5 } from './amojo-signature.ts';
import { type KommoAnswer, readAnswer } from './answers.ts';
import { isKommoError } from './errors.ts';
import { currentSession } from './grants/session.ts';
import type { Kommo } from './kommo.ts';

/** The chat API follows the platform, not the account; amocrm.com accounts are served by Kommo's. */
const HOSTS: Record<Tld, string> = {
  'kommo.com': 'amojo.kommo.com',
  'amocrm.com': 'amojo.kommo.com',
  'amocrm.ru': 'amojo.amocrm.ru',
};

const ROOT = '/v2/origin/custom';

const connection = z.object({ scope_id: z.string().min(1).max(255) });

/**
 * Connects the registered channel to an account, or finds it connected.
 *
 * @param amojoId - the account's id in the chat API
 * @returns the scope id
 * @throws KommoError with `api` `amojo`: `forbidden` (channel secret or our clock is wrong), `not_found`
 *   (no such channel), `rejected` (also: a private channel that does not admit the account)
 * @see https://developers.kommo.com/reference/connect-channel
 */
export async function connectChannel(
  kommo: Kommo,
  accountId: number,
  amojoId: string,
): Promise<string> {
  const { tld } = (await currentSession(kommo, accountId)).host;
  try {
    return await connect(kommo, tld, amojoId);
  } catch (error) {
    if (!isKommoError(error, 'rejected')) throw error;
    // Kommo does not document whether connecting twice is an error. After a lost answer the channel may be
    // connected already, so we disconnect it and connect it anew before the refusal counts.
    await disconnectChannel(kommo, tld, amojoId);
    return await connect(kommo, tld, amojoId);
  }
}

/**
 * Disconnects the channel from an account; one that is not connected is no error. Works without a grant: the
 * channel's secret signs the call.
 *
 * @throws KommoError
 */
export async function disconnectChannel(kommo: Kommo, tld: Tld, amojoId: string): Promise<void> {
  try {
    await sendSigned(kommo, tld, 'DELETE', 'disconnect', { account_id: amojoId });
  } catch (error) {
    if (!isKommoError(error, 'not_found') && !isKommoError(error, 'rejected')) throw error;
  }
}

async function connect(kommo: Kommo, tld: Tld, amojoId: string): Promise<string> {
  const answer = await sendSigned(kommo, tld, 'POST', 'connect', {
    account_id: amojoId,
    title: kommo.settings.channelTitle,
    hook_api_version: 'v2',
  });
  return readAnswer(answer, connection, 'amojo').scope_id;
}

async function sendSigned(
  { settings, send, now }: Kommo,
  tld: Tld,
  method: 'POST' | 'DELETE',
  action: string,
  json: object,
): Promise<KommoAnswer> {
  const path = `${ROOT}/${encodeURIComponent(settings.channelId)}/${action}`;
  const body = JSON.stringify(json);
  const date = amojoDate(now());
  const signed = { method, path, body, date };
  return await send({
    api: 'amojo',
    method,
    host: HOSTS[tld],
    path,
    headers: {
      date,
      'content-type': AMOJO_CONTENT_TYPE,
      'content-md5': contentMd5(body),
      'x-signature': amojoSignature(settings.channelSecret, signed),
    },
    body,
    // Kommo counts the chat API separately from the REST API.
    urgency: 'unmetered',
  });
}
