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
import { isAddressAllowed } from '../../platform/address-guard.ts';
import { isLoopbackHost } from '../../platform/environment.ts';
import type { Outbound } from '../../platform/outbound.ts';
import type { Tools } from '../connector.ts';
import { notUnderstood } from '../http.ts';
import {
  fetchThrough,
  isLoopbackHttp,
  lenientProfiles,
  lenientTokens,
  translateOpenidError,
} from './openid.ts';
import type { OAuthProvider } from './providers-file.ts';
import { isReadableIdToken } from './token-answer.ts';

/** How long one reading of a discovery document is good for. */
const DISCOVERY_MS = 10 * 60_000;

/** What an id_token is signed by where neither the operator nor the provider says (OpenID Connect Core, 2). */
const DEFAULT_ALGORITHMS = ['RS256'];

/** Knows where the endpoints of one provider are; a discovered answer is kept for a while. */
export class OAuthServer {
  readonly #provider: OAuthProvider;
  readonly #outside: Outbound | undefined;
  #known: { document: object; readAt: number } | undefined;

  /**
   * @param outside calls what the provider names and the operator did not, on public addresses only: our client
   *   secret goes there. Left out in development, where providers are on this machine
   */
  constructor(provider: OAuthProvider, outside: Outbound | undefined) {
    this.#provider = provider;
    this.#outside = outside;
  }

  /**
   * A configuration of openid-client that speaks through these tools.
   *
   * @param options.keepsIdToken false where the id_token is not read
   * @throws ConnectorError `unavailable`, `rate_limited`, `misconfigured`
   */
  async open(tools: Tools, options: { keepsIdToken: boolean }): Promise<Configuration> {
    const config = await this.#configure(tools);
    const metadata = config.serverMetadata();
    const { authorization_endpoint, token_endpoint, userinfo_endpoint, revocation_endpoint } =
      metadata;
    const optional = [userinfo_endpoint, revocation_endpoint].filter((address) => address != null);
    for (const address of [authorization_endpoint, token_endpoint, ...optional]) {
      if (!this.#isAllowed(address)) throw notUnderstood('no usable endpoints');
    }
    const isCheckable = (idToken: string) =>
      options.keepsIdToken && this.#isCheckable(idToken, metadata);
    const fetch = fetchThrough((request) => {
      const send = this.#isOwn(String(request.url)) ? tools.send : (this.#outside ?? tools.send);
      return send(request);
    });
    const toTokens = lenientTokens(fetch, isCheckable);
    const toProfiles = lenientProfiles(fetch);
    config[customFetch] = (url, request) => {
      if (isSame(url, token_endpoint)) return toTokens(url, request);
      if (isSame(url, userinfo_endpoint)) return toProfiles(url, request);
      return fetch(url, request);
    };
    // openid-client's switch is all or nothing; `isSecure` and `fetchThrough` keep it to loopback.
    allowInsecureRequests(config);
    return config;
  }

  /** Whether the operator named this server: then it is the operator who decides what may be called. */
  #isOwn(address: string): boolean {
    const { issuer, authorization_endpoint, token_endpoint, userinfo_endpoint } = this.#provider;
    const origin = URL.parse(address)?.origin;
    return [issuer, authorization_endpoint, token_endpoint, userinfo_endpoint].some(
      (own) => own !== undefined && URL.parse(own)?.origin === origin,
    );
  }

  #isAllowed(address: string | undefined): boolean {
    const url = URL.parse(address ?? '');
    if (url === null || !isSecure(url.href)) return false;
    if (this.#isOwn(url.href)) return true;
    if (isLoopbackHost(url.hostname)) {
      return this.#outside === undefined && isLoopbackHttp(this.#provider.issuer ?? '');
    }
    return isAddressAllowed(url);
  }

  /**
   * Whether an id_token can be checked. Without an issuer nothing could vouch for it. One that is not signed as
   * announced is ignored where a userinfo endpoint says the same, unless the operator named the algorithm.
   */
  #isCheckable(idToken: string, metadata: ServerMetadata): boolean {
    const { issuer, id_token_alg } = this.#provider;
    if (issuer === undefined) return false;
    if (id_token_alg !== undefined || metadata.userinfo_endpoint === undefined) return true;
    const announced = metadata.id_token_signing_alg_values_supported ?? DEFAULT_ALGORITHMS;
    return isReadableIdToken(idToken, announced);
  }

  async #configure(tools: Tools): Promise<Configuration> {
    const { issuer, client_id, id_token_alg } = this.#provider;
    const { authorization_endpoint, token_endpoint, userinfo_endpoint } = this.#provider;
    const given = { authorization_endpoint, token_endpoint, userinfo_endpoint };
    const explicit = Object.fromEntries(Object.entries(given).filter(([, url]) => url));
    const client = {
      [clockSkew]: Math.round((tools.now().getTime() - Date.now()) / 1000),
      ...(id_token_alg !== undefined && { id_token_signed_response_alg: id_token_alg }),
    };
    const clientAuth = clientAuthOf(this.#provider);
    if (Object.keys(explicit).length === 3) {
      const origin = new URL(authorization_endpoint ?? '').origin;
      return new Configuration(
        { issuer: issuer ?? origin, ...explicit },
        client_id,
        client,
        clientAuth,
      );
    }
    if (!isSecure(issuer)) throw notUnderstood('plain http');
    try {
      // Always by the library's own reading: it notes there what it knows about some issuers (Entra ID).
      return await discovery(new URL(issuer ?? ''), client_id, client, clientAuth, {
        [customFetch]: async (url, request) => {
          const document = await this.#discover(tools, () =>
            fetchThrough(tools.send)(url, request),
          );
          return document instanceof Response
            ? document
            : Response.json({ ...document, ...explicit });
        },
        execute: [allowInsecureRequests],
      });
    } catch (error) {
      // A document that is of no use is not kept: the provider may correct it.
      this.#known = undefined;
      throw translateOpenidError(error, { at: 'discovery', dead: 'rejected', secrets: [] });
    }
  }

  /** The discovery document, not older than a while; a refusal comes back as it is. */
  async #discover(tools: Tools, ask: () => Promise<Response>): Promise<object | Response> {
    const now = tools.now().getTime();
    if (this.#known !== undefined && now - this.#known.readAt < DISCOVERY_MS) {
      return this.#known.document;
    }
    const answer = await ask();
    if (!answer.ok) return answer;
    const document: unknown = await answer.json().catch(() => undefined);
    if (typeof document !== 'object' || document === null) throw notUnderstood('no discovery');
    this.#known = { document, readAt: now };
    return document;
  }
}

function isSame(url: string, endpoint: string | undefined): boolean {
  return URL.parse(url)?.href === URL.parse(endpoint ?? '')?.href;
}

function isSecure(address: string | undefined): boolean {
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
