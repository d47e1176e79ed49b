import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  clockSkew,
  customFetch,
  discovery,
  None,
  type ServerMetadata,
} from 'openid-client';
import type { OAuthProvider } from '../connector-settings.ts';
import { ConnectorError, type Tools } from './connector.ts';
import { fetchThrough, isLoopbackHttp, translateOpenidError, withoutIdToken } from './openid.ts';

/** How long one reading of a discovery document is good for. */
const DISCOVERY_MS = 10 * 60_000;

/** Knows where the endpoints of one provider are; a discovered answer is kept for a while. */
export class OAuthServer {
  readonly #provider: OAuthProvider;
  #known: { metadata: ServerMetadata; readAt: number } | undefined;

  constructor(provider: OAuthProvider) {
    this.#provider = provider;
  }

  /**
   * A configuration of openid-client that speaks through these tools.
   *
   * @throws ConnectorError `unavailable`, `rate_limited`, `misconfigured`
   */
  async open(tools: Tools): Promise<Configuration> {
    const metadata = await this.#metadata(tools);
    const { authorization_endpoint, token_endpoint } = metadata;
    if (!isAllowed(authorization_endpoint) || !isAllowed(token_endpoint)) {
      throw new ConnectorError('misconfigured', { cause: 'no usable endpoints' });
    }
    const skewSeconds = Math.round((tools.now().getTime() - Date.now()) / 1000);
    const config = new Configuration(
      metadata,
      this.#provider.client_id,
      { [clockSkew]: skewSeconds },
      clientAuthOf(this.#provider),
    );
    const fetch = fetchThrough(tools.send);
    config[customFetch] = this.#provider.issuer === undefined ? withoutIdToken(fetch) : fetch;
    // openid-client's switch is all or nothing; `isAllowed` and `fetchThrough` keep it to loopback.
    allowInsecureRequests(config);
    return config;
  }

  async #metadata(tools: Tools): Promise<ServerMetadata> {
    const { issuer, authorization_endpoint, token_endpoint, userinfo_endpoint } = this.#provider;
    const given = { authorization_endpoint, token_endpoint, userinfo_endpoint };
    const explicit = Object.fromEntries(Object.entries(given).filter(([, url]) => url));
    if (Object.keys(explicit).length === 3) {
      return { issuer: issuer ?? new URL(authorization_endpoint ?? '').origin, ...explicit };
    }
    const age = tools.now().getTime() - (this.#known?.readAt ?? Number.NEGATIVE_INFINITY);
    if (this.#known === undefined || age >= DISCOVERY_MS) {
      this.#known = { metadata: await this.#discover(tools), readAt: tools.now().getTime() };
    }
    return { ...this.#known.metadata, ...explicit };
  }

  async #discover(tools: Tools): Promise<ServerMetadata> {
    const { issuer = '', client_id } = this.#provider;
    if (!isAllowed(issuer)) throw new ConnectorError('misconfigured', { cause: 'plain http' });
    try {
      const found = await discovery(new URL(issuer), client_id, undefined, None(), {
        [customFetch]: fetchThrough(tools.send),
        execute: [allowInsecureRequests],
      });
      return { ...found.serverMetadata() };
    } catch (error) {
      throw translateOpenidError(error, { at: 'discovery', dead: 'rejected', secrets: [] });
    }
  }
}

function isAllowed(address: string | undefined): boolean {
  const url = URL.parse(address ?? '');
  return url !== null && (url.protocol === 'https:' || isLoopbackHttp(url.href));
}

function clientAuthOf(provider: OAuthProvider): ClientAuth {
  switch (provider.token_auth) {
    case 'basic':
      return ClientSecretBasic(provider.client_secret);
    case 'post':
      return ClientSecretPost(provider.client_secret);
    case 'none':
      return None();
  }
}
