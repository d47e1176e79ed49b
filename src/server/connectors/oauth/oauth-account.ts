import {
  type Configuration,
  fetchProtectedResource,
  fetchUserInfo,
  type TokenEndpointResponse,
} from 'openid-client';
import { ConnectorError, type Linked } from '../connector.ts';
import { notUnderstood } from '../http.ts';
import { plainLine } from '../plain-text.ts';
import { readText } from './json-pointer.ts';
import type { OAuthProvider } from './providers-file.ts';
import { claimsOf } from './token-answer.ts';

/** Of a picture. Whether it may be fetched is seen then. */
const LONGEST_ADDRESS = 2048;

/**
 * What the provider says about the holder of the token; `undefined` when it has no userinfo endpoint.
 *
 * @param subject of the id_token, which the answer must repeat (OpenID Connect Core, 5.3.4)
 * @throws errors of openid-client, and ConnectorError for answers that only OAuth 2 providers give
 */
export async function fetchProfile(
  config: Configuration,
  accessToken: string,
  subject: string | undefined,
): Promise<unknown> {
  const { userinfo_endpoint: address } = config.serverMetadata();
  if (address === undefined) return undefined;
  const url = URL.parse(address);
  if (url === null) throw notUnderstood('userinfo_endpoint');
  if (subject !== undefined) return await fetchUserInfo(config, accessToken, subject);
  // Plain OAuth 2: the answer need not have a `sub`.
  const headers = new Headers({ accept: 'application/json' });
  const answer = await fetchProtectedResource(config, accessToken, url, 'GET', null, headers);
  if (answer.status === 401 || answer.status === 403) throw new ConnectorError('reauthorize');
  const profile: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok || typeof profile !== 'object' || profile === null) {
    throw notUnderstood(`userinfo: status ${answer.status}`);
  }
  return profile;
}

/**
 * Finds the account by the operator's JSON pointers, looking into the userinfo answer first, then the
 * id_token, then the token answer.
 *
 * @throws ConnectorError `misconfigured` when the pointer to the id finds nothing
 */
export function accountOf(
  provider: OAuthProvider,
  sources: { profile: unknown; tokens: TokenEndpointResponse },
): Omit<Linked, 'credentials'> {
  // Tokens are secrets; no pointer may make one a name.
  const { access_token: _, refresh_token: __, id_token, ...rest } = sources.tokens;
  const documents = [sources.profile, id_token && claimsOf(id_token), rest];
  const find = (pointer: string | undefined): string | undefined =>
    pointer === undefined
      ? undefined
      : documents.map((document) => readText(document, pointer)).find((text) => text !== undefined);
  const externalId = find(provider.account.id);
  // An id is kept unchanged or not at all.
  if (externalId === undefined || plainLine(externalId) !== externalId) {
    throw notUnderstood('account.id finds nothing');
  }
  const handle = plainLine(find(provider.account.handle)) ?? null;
  const avatarUrl = plainLine(find(provider.account.avatar), LONGEST_ADDRESS);
  return {
    externalId,
    name: plainLine(find(provider.account.name)) ?? handle ?? externalId,
    handle,
    ...(avatarUrl !== undefined && { avatarUrl }),
  };
}
