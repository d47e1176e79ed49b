import { z } from 'zod';
import { serviceAddress, text } from '../platform/environment.ts';
import {
  ConnectorError,
  type Health,
  type Linked,
  type OAuthConnector,
  offer,
  type Tools,
} from './connector.ts';
import { CONNECTED, endOfLife, healthOf, isEnding, unlessGone } from './health.ts';
import {
  type JsonRequest,
  notUnderstood,
  optionalText,
  rateLimited,
  readAs,
  refused,
  sendJson,
  unavailable,
} from './http.ts';
import { plainLine } from './plain-text.ts';

/** Only what a channel of customers' direct messages needs. Slack separates bot scopes by commas. */
const BOT_SCOPES = ['chat:write', 'im:history', 'im:read', 'team:read', 'users:read'].join(',');

/** The one method called with the app's own secret; all others are called with the workspace's token. */
const EXCHANGE = 'oauth.v2.access';

/** A token this close to its end is renewed first. */
const EXPIRY_MARGIN_MS = 10 * 60_000;

const envelope = z.object({ ok: z.boolean(), error: optionalText });

const named = z.object({
  id: z.string().regex(/^\w{1,64}$/),
  name: optionalText,
});

const tokenAnswer = z.object({
  access_token: z.string(),
  team: named.optional().catch(undefined),
  enterprise: named.optional().catch(undefined),
  /** These two only when the Slack app has token rotation switched on. */
  refresh_token: optionalText,
  expires_in: z.number().optional().catch(undefined),
});

const identity = z.object({ url: optionalText });

const storedCredentials = z.object({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  expiresAt: z.iso.datetime().optional(),
});
type Grant = z.output<typeof storedCredentials>;

/** The app's registration is wrong; only the operator can correct it. */
const OPERATOR_ERRORS = new Set([
  'bad_client_secret',
  'bad_redirect_uri',
  'invalid_client_id',
  'invalid_grant_type',
  'invalid_team_for_non_distributed_app',
  'no_scopes',
  'oauth_authorization_url_mismatch',
]);

const DEAD_GRANT_ERRORS = new Set([
  'account_inactive',
  'invalid_auth',
  'invalid_refresh_token',
  'not_authed',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
]);

const TEMPORARY_ERRORS = new Set([
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

export const slack = offer({
  environment: {
    SLACK_CLIENT_ID: text,
    SLACK_CLIENT_SECRET: text,
    SLACK_URL: serviceAddress.default('https://slack.com'),
  },
  settings: ({ SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret, SLACK_URL: url }) => ({
    clientId,
    clientSecret,
    url,
  }),
  create: createSlack,
});

/**
 * Slack workspaces, one channel per workspace.
 *
 * PKCE stays off: turning it on makes a Slack app a public client for good, and we can keep a secret.
 *
 * @param settings.url `https://slack.com`
 * @see https://docs.slack.dev/authentication/installing-with-oauth
 */
export function createSlack(settings: {
  clientId: string;
  clientSecret: string;
  url: string;
}): OAuthConnector {
  const { clientId, clientSecret, url } = settings;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');

  /** Slack says most refusals with status 200 and `ok: false`; here they become failures again. */
  async function call(
    tools: Tools,
    method: string,
    request: Pick<JsonRequest, 'headers' | 'form'>,
  ): Promise<unknown> {
    const answer = await sendJson(tools.send, {
      ...request,
      method: 'POST',
      url: `${url}/api/${method}`,
    });
    const body = envelope.safeParse(answer.json).data;
    if (body?.ok === true && answer.status < 300) return answer.json;
    const error = body?.error ?? '';
    if (error === 'ratelimited') throw rateLimited(undefined);
    if (error === '' && answer.status === 401) {
      throw new ConnectorError(method === EXCHANGE ? 'misconfigured' : 'reauthorize');
    }
    if (error === '') throw notUnderstood(`slack ${method}: status ${answer.status}`);
    if (TEMPORARY_ERRORS.has(error)) throw unavailable(`slack ${method}`);
    const secrets = [clientSecret, basic, ...Object.values(request.form ?? {})];
    const text = error;
    if (OPERATOR_ERRORS.has(error)) throw refused('misconfigured', { text, secrets });
    throw refused(DEAD_GRANT_ERRORS.has(error) ? 'reauthorize' : 'rejected', { text, secrets });
  }

  async function requestGrant(
    tools: Tools,
    form: Record<string, string>,
  ): Promise<z.output<typeof tokenAnswer>> {
    const headers = { authorization: `Basic ${basic}` };
    return readAs(tokenAnswer, await call(tools, EXCHANGE, { headers, form }));
  }

  async function whoami(tools: Tools, accessToken: string): Promise<z.output<typeof identity>> {
    const headers = { authorization: `Bearer ${accessToken}` };
    return readAs(identity, await call(tools, 'auth.test', { headers, form: {} }));
  }

  /** The grant itself, or the next one where Slack rotates tokens and this one is about to end. */
  async function renewWhenEnding(tools: Tools, grant: Grant): Promise<Grant> {
    const { refreshToken, expiresAt } = grant;
    if (refreshToken === undefined || !isEnding(expiresAt, tools.now(), EXPIRY_MARGIN_MS)) {
      return grant;
    }
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    return { ...grant, ...grantOf(await requestGrant(tools, form), tools.now()) };
  }

  return {
    id: 'slack',
    titleKey: 'connectors.slack.title',
    auth: 'oauth',

    async begin(tools, state) {
      const consent = new URL(`${url}/oauth/v2/authorize`);
      consent.search = new URLSearchParams({
        client_id: clientId,
        scope: BOT_SCOPES,
        redirect_uri: tools.redirectUrl,
        state,
      }).toString();
      return { authorizeUrl: consent.href, session: {} };
    },

    async finish(tools, _session, query): Promise<Linked> {
      const code = query.get('code');
      if (!code) {
        const text = query.get('error') ?? undefined;
        throw refused('rejected', { text, secrets: [] });
      }
      const given = await requestGrant(tools, { code, redirect_uri: tools.redirectUrl });
      // An app installed for a whole organisation has no team.
      const workspace = given.team ?? given.enterprise;
      if (!workspace) throw notUnderstood('slack: no workspace');
      const credentials = grantOf(given, tools.now());
      return {
        externalId: workspace.id,
        name: plainLine(workspace.name) ?? workspace.id,
        handle: await findAddress(tools, credentials.accessToken),
        credentials,
      };
    },

    async health(tools, credentials): Promise<Health> {
      const grant = storedCredentials.parse(credentials);
      try {
        const usable = await renewWhenEnding(tools, grant);
        if (usable !== grant) return { ...CONNECTED, credentials: usable };
        await whoami(tools, grant.accessToken);
        return CONNECTED;
      } catch (error) {
        return healthOf(error, 'sign_in_again');
      }
    },

    async unlink(tools, credentials): Promise<void> {
      const grant = storedCredentials.parse(credentials);
      try {
        // A token that has ended cannot end the grant behind it.
        const { accessToken } = await renewWhenEnding(tools, grant);
        const headers = { authorization: `Bearer ${accessToken}` };
        await call(tools, 'auth.revoke', { headers, form: {} });
      } catch (error) {
        unlessGone(error);
      }
    },
  };

  /** `acme.slack.com`. Optional: a failure here must not lose a code that is already spent. */
  async function findAddress(tools: Tools, accessToken: string): Promise<string | null> {
    try {
      return plainLine(URL.parse((await whoami(tools, accessToken)).url ?? '')?.host) ?? null;
    } catch (error) {
      if (error instanceof ConnectorError) return null;
      throw error;
    }
  }
}

function grantOf(given: z.output<typeof tokenAnswer>, now: Date): Grant {
  const grant: Grant = { accessToken: given.access_token };
  if (given.refresh_token !== undefined) grant.refreshToken = given.refresh_token;
  if (given.expires_in !== undefined) {
    grant.expiresAt = endOfLife(given.expires_in, now);
  }
  return grant;
}
