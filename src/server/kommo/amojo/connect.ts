import { z } from 'zod';
import type { Tld } from '../account-host.ts';
import { readAnswer } from '../answers.ts';
import { isKommoError } from '../errors.ts';
import { currentSession } from '../grants/session.ts';
import type { Kommo } from '../kommo.ts';
import { sendSigned } from './call-amojo.ts';

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
  const { channelId } = kommo.settings;
  try {
    const json = { account_id: amojoId };
    await sendSigned(kommo, tld, { method: 'DELETE', path: [channelId, 'disconnect'], json });
  } catch (error) {
    if (!isKommoError(error, 'not_found') && !isKommoError(error, 'rejected')) throw error;
  }
}

async function connect(kommo: Kommo, tld: Tld, amojoId: string): Promise<string> {
  const { channelId, channelTitle } = kommo.settings;
  const answer = await sendSigned(kommo, tld, {
    method: 'POST',
    path: [channelId, 'connect'],
    json: { account_id: amojoId, title: channelTitle, hook_api_version: 'v2' },
  });
  return readAnswer(answer, connection, 'amojo').scope_id;
}
