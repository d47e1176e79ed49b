import { z } from 'zod';
import { type AccountHost, isKommoHost, parseAccountHost } from '../account-host.ts';
import { readAnswer } from '../answers.ts';
import type { Urgency } from '../rate/rate.ts';
import type { Transport } from '../transport.ts';
import type { Grant } from './grant-store.ts';

const whereabouts = z.object({ id: z.number(), subdomain: z.string(), domain: z.string() });

/**
 * Asks Kommo where an account is now. Does not use the refresh token up.
 *
 * @returns `undefined` when Kommo names another account, or a host this backend does not know
 * @throws KommoError; `unauthorized` means the grant is dead
 * @see https://www.amocrm.ru/developers/content/oauth/account-subdomain-info
 */
export async function lookUpHost(
  transport: Transport,
  grant: Pick<Grant, 'accountId' | 'host' | 'apiDomain' | 'refreshToken'>,
  urgency: Urgency,
): Promise<AccountHost | undefined> {
  // The claim comes from Kommo's token, but what it names is checked like any other host.
  if (grant.apiDomain === null || !isKommoHost(grant.apiDomain)) return undefined;
  const answer = await transport.request({
    api: 'rest',
    method: 'GET',
    host: grant.apiDomain,
    // One machine answers for all accounts; what it tells one of them is not meant for the others.
    payer: grant.host ?? `account ${grant.accountId}`,
    path: '/oauth2/account/current/subdomain',
    headers: { 'x-refresh-token': grant.refreshToken, accept: 'application/json' },
    urgency,
  });
  const { id, subdomain, domain } = readAnswer(answer, whereabouts);
  const host = parseAccountHost(domain);
  return id === grant.accountId && host?.subdomain === subdomain ? host : undefined;
}
