import {
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  genericGrantRequest,
  randomNonce,
  randomPKCECodeVerifier,
  refreshTokenGrant,
  tokenRevocation,
} from 'openid-client';
import { z } from 'zod';
import {
  ConnectorError,
  type Credentials,
  type Health,
  type Linked,
  type OAuthConnector,
  type Outside,
  offer,
  type PicturedAccount,
  type Tools,
  type WebhookRequest,
} from '../connector.ts';
import { fetchPicture } from '../fetch-picture.ts';
import { CONNECTED, healthOf, unlessGone } from '../health.ts';
import { refused } from '../http.ts';
import { type Grant, grantOf, isRenewalDue, storedGrant } from './grant.ts';
import { accountOf, fetchProfile } from './oauth-account.ts';
import { OAuthServer } from './oauth-server.ts';
import { failureOfCode, type OpenidStep, translateOpenidError } from './openid.ts';
import { providerMessages } from './provider-messages.ts';
import { type OAuthProvider, providersFile } from './providers-file.ts';

const storedSession = z.object({ verifier: z.string().optional(), nonce: z.string().optional() });

export const oauthProviders = offer({
  environment: { OAUTH_PROVIDERS: providersFile.default([]) },
  settings: ({ OAUTH_PROVIDERS }) => OAUTH_PROVIDERS,
  create: (providers, outside) =>
    providers.map((provider) => createOAuthProvider(provider, outside)),
});

/**
 * Any OAuth 2 or OpenID Connect provider the operator describes in the file `OAUTH_PROVIDERS`.
 *
 * With an `issuer` the endpoints are discovered and id_tokens are checked. Without one, nothing could vouch
 * for an id_token: it is dropped, and the account comes from the userinfo endpoint. The same happens when no
 * id_token comes, or one that cannot be checked.
 *
 * With a `messages_url` its channels carry messages, too, by the protocol of `docs/api-connector.md`.
 *
 * @param outside calls public addresses only; without it, as in development, discovered ones may be on this machine
 */
export function createOAuthProvider(provider: OAuthProvider, outside?: Outside): OAuthConnector {
  const server = new OAuthServer(provider, outside?.send);
  const scope = Array.isArray(provider.scopes) ? provider.scopes.join(' ') : provider.scopes;
  const messages =
    provider.messages_url === undefined
      ? undefined
      : providerMessages(provider.messages_url, outside);
  const isOpenId = provider.issuer !== undefined && scope.split(/[ ,]/).includes('openid');

  return {
    id: provider.id,
    titleKey: provider.name,
    auth: 'oauth',

    async begin(tools, state, options) {
      const config = await server.open(tools, { keepsIdToken: true });
      const session: z.output<typeof storedSession> = {};
      const parameters: Record<string, string> = {
        // Otherwise the provider would take the person signed in in this browser, without asking.
        ...(options?.isFurther && letsChoose(config) && { prompt: 'select_account' }),
        ...provider.authorize_params,
        redirect_uri: tools.redirectUrl,
        scope,
        state,
      };
      if (provider.pkce) {
        session.verifier = randomPKCECodeVerifier();
        parameters.code_challenge = await calculatePKCECodeChallenge(session.verifier);
        parameters.code_challenge_method = 'S256';
      }
      if (isOpenId) {
        session.nonce = randomNonce();
        parameters.nonce = session.nonce;
      }
      return { authorizeUrl: buildAuthorizationUrl(config, parameters).href, session };
    },

    async finish(tools, stored, query): Promise<Linked> {
      const { verifier, nonce } = storedSession.parse(stored);
      const config = await server.open(tools, { keepsIdToken: true });
      const code = codeOf(config, query);
      const tokens = await guarded({ at: 'token', dead: 'rejected' }, [code, verifier], () =>
        genericGrantRequest(config, 'authorization_code', {
          code,
          redirect_uri: tools.redirectUrl,
          ...(verifier !== undefined && { code_verifier: verifier }),
        }),
      );
      const claims = tokens.claims();
      // The id_token was made for another sign-in.
      if (claims !== undefined && claims.nonce !== nonce) {
        throw new ConnectorError('rejected', { cause: 'foreign nonce' });
      }
      const grant = grantOf(tokens, tools.now());
      if (claims !== undefined) grant.subject = claims.sub;
      const profile = await askProfile(config, grant, 'rejected');
      return { ...accountOf(provider, { profile, tokens }), credentials: grant };
    },

    async health(tools, credentials): Promise<Health> {
      const grant = storedGrant.parse(credentials);
      try {
        // What an id_token says is learned at the sign-in; a faulty one must not cost the renewed grant.
        const config = await server.open(tools, { keepsIdToken: false });
        if (!isRenewalDue(grant, tools.now())) {
          try {
            await askProfile(config, grant, 'reauthorize');
            return CONNECTED;
          } catch (error) {
            const isRefused = error instanceof ConnectorError && error.failure === 'reauthorize';
            if (!isRefused || grant.refreshToken === undefined) throw error;
          }
        }
        // The old grant is spent now, and the provider has just vouched for the new one.
        return { ...CONNECTED, credentials: await renew(config, grant, tools.now()) };
      } catch (error) {
        return healthOf(error, 'sign_in_again');
      }
    },

    async unlink(tools, credentials): Promise<void> {
      const { accessToken, refreshToken } = storedGrant.parse(credentials);
      const config = await server.open(tools, { keepsIdToken: false });
      if (config.serverMetadata().revocation_endpoint === undefined) return;
      // Ending the refresh token ends the access tokens it made (RFC 7009, 2.1).
      await guarded({ at: 'token', dead: 'reauthorize' }, [accessToken, refreshToken], () =>
        tokenRevocation(config, refreshToken ?? accessToken),
      ).catch(unlessGone);
    },

    ...(provider.account.avatar !== undefined && {
      // The address is what the account's owner wrote there, or their employer.
      findPicture: (tools: Tools, _credentials: Credentials, account: PicturedAccount) =>
        fetchPicture((outside ?? tools).send, account.avatarUrl),
    }),

    ...(messages !== undefined && {
      async link(tools: Tools, linked: Linked): Promise<Credentials> {
        await messages.introduce(tools, linked);
        return linked.credentials;
      },
      async receive(tools: Tools, _credentials: unknown, request: WebhookRequest) {
        messages.receive(tools, request);
        return undefined;
      },
      messages: messages.carrier,
    }),
  };

  /** The code the browser came back with, if it is this provider's. The room `channels` has matched the state. */
  function codeOf(config: Configuration, query: URLSearchParams): string {
    const metadata = config.serverMetadata();
    const iss = query.get('iss');
    const isForeign =
      iss === null
        ? metadata.authorization_response_iss_parameter_supported === true
        : iss !== metadata.issuer;
    // RFC 9207: another server's answer was mixed into this sign-in. Without an issuer nothing can be compared.
    if (provider.issuer !== undefined && isForeign) {
      throw new ConnectorError('rejected', { cause: 'foreign iss' });
    }
    const code = query.get('code');
    if (code !== null && code !== '' && !query.has('error')) return code;
    const error = query.get('error') ?? '';
    const text = query.get('error_description') ?? error;
    throw refused(failureOfCode(error, 'rejected'), { text, secrets: [] });
  }

  async function askProfile(
    config: Configuration,
    grant: Grant,
    dead: OpenidStep['dead'],
  ): Promise<unknown> {
    return await guarded({ at: 'resource', dead }, [grant.accessToken], () =>
      fetchProfile(config, grant.accessToken, grant.subject),
    );
  }

  async function renew(config: Configuration, grant: Grant, now: Date): Promise<Grant> {
    const { refreshToken = '' } = grant;
    const tokens = await guarded({ at: 'token', dead: 'reauthorize' }, [refreshToken], () =>
      refreshTokenGrant(config, refreshToken),
    );
    return { ...grant, expiresAt: undefined, ...grantOf(tokens, now) };
  }

  async function guarded<Result>(
    step: Omit<OpenidStep, 'secrets'>,
    secrets: (string | undefined)[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw translateOpenidError(error, { ...step, secrets: [provider.client_secret, ...secrets] });
    }
  }
}

/** A provider that lists its prompts refuses others (OpenID Connect Prompt Create, 4). */
function letsChoose(config: Configuration): boolean {
  const { prompt_values_supported: prompts } = config.serverMetadata();
  return !Array.isArray(prompts) || prompts.includes('select_account');
}
