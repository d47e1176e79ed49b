import { z } from 'zod';
import { serviceAddress, text } from '../platform/environment.ts';
import {
  ConnectorError,
  type Health,
  type Linked,
  type OAuthConnector,
  type Outside,
  offer,
  type Tools,
} from './connector.ts';
import { CONNECTED, healthOf, unlessGone } from './health.ts';
import { notUnderstood, optionalText, readAs, refused } from './http.ts';
import { plainLine } from './plain-text.ts';
import { slackMessages } from './slack/carrier.ts';
import {
  ASKED_SCOPES,
  type Grant,
  grantOf,
  isToRenew,
  lackingScopes,
  storedGrant,
  type TokenAnswer,
  tokenAnswer,
} from './slack/grant.ts';
import { findPicture } from './slack/picture.ts';
import { openSharedEvent } from './slack/shared-event.ts';
import { bearer, type Caller, callSlack } from './slack/web-api.ts';

interface SlackSettings {
  clientId: string;
  clientSecret: string;
  /** Proves what Slack posts. */
  signingSecret: string;
  /** `https://slack.com` */
  url: string;
}

const identity = z.object({ url: optionalText });

const WITHOUT_SCOPES: Health = { status: 'action_needed', reason: 'sign_in_again' };

export const slack = offer({
  environment: {
    SLACK_CLIENT_ID: text,
    SLACK_CLIENT_SECRET: text,
    SLACK_SIGNING_SECRET: text,
    SLACK_URL: serviceAddress.default('https://slack.com'),
  },
  settings: (variables): SlackSettings => ({
    clientId: variables.SLACK_CLIENT_ID,
    clientSecret: variables.SLACK_CLIENT_SECRET,
    signingSecret: variables.SLACK_SIGNING_SECRET,
    url: variables.SLACK_URL,
  }),
  create: createSlack,
});

/**
 * Slack workspaces, one channel per workspace; each person who writes to our bot is a chat. All events come to one
 * address for the whole app, so there is no webhook of a channel's own.
 *
 * PKCE stays off: turning it on makes a Slack app a public client for good, and we can keep a secret.
 *
 * @param outside calls public addresses only; left out in development
 * @see https://docs.slack.dev/authentication/installing-with-oauth
 */
export function createSlack(settings: SlackSettings, outside?: Outside): OAuthConnector {
  const { clientId, clientSecret, signingSecret, url } = settings;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const app: Caller = {
    url,
    authorization: `Basic ${basic}`,
    secrets: [clientSecret, basic],
    isApp: true,
  };

  async function requestGrant(tools: Tools, form: Record<string, string>): Promise<TokenAnswer> {
    return readAs(tokenAnswer, (await callSlack(tools, app, 'oauth.v2.access', form)).json);
  }

  /** `acme.slack.com`. Optional: a failure here must not lose a code that is already spent. */
  async function findAddress(tools: Tools, accessToken: string): Promise<string | null> {
    try {
      const { json } = await callSlack(tools, bearer(url, accessToken), 'auth.test', {});
      return plainLine(URL.parse(readAs(identity, json).url ?? '')?.host) ?? null;
    } catch (error) {
      if (error instanceof ConnectorError) return null;
      throw error;
    }
  }

  /** The next grant, where Slack rotates tokens and this one is about to end. */
  async function renew(tools: Tools, grant: Grant): Promise<TokenAnswer | undefined> {
    if (!isToRenew(grant, tools.now())) return undefined;
    const form = { grant_type: 'refresh_token', refresh_token: grant.refreshToken };
    return await requestGrant(tools, form);
  }

  return {
    id: 'slack',
    titleKey: 'connectors.slack.title',
    auth: 'oauth',
    messages: slackMessages(url),
    findPicture: (tools, credentials) =>
      findPicture(
        tools,
        bearer(url, storedGrant(credentials).accessToken),
        (outside ?? tools).send,
      ),
    openShared: (request, now) => openSharedEvent(signingSecret, request, now),

    async begin(tools, state) {
      const consent = new URL(`${url}/oauth/v2/authorize`);
      consent.search = new URLSearchParams({
        client_id: clientId,
        scope: ASKED_SCOPES,
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
      const lacking = lackingScopes(given.scope);
      if (lacking.length > 0) {
        throw refused('rejected', { text: `missing_scope: ${lacking.join(', ')}`, secrets: [] });
      }
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
      const grant = storedGrant(credentials);
      try {
        const given = await renew(tools, grant);
        if (given !== undefined) {
          const state = lackingScopes(given.scope).length > 0 ? WITHOUT_SCOPES : CONNECTED;
          return { ...state, credentials: { ...grant, ...grantOf(given, tools.now()) } };
        }
        const { headers } = await callSlack(tools, bearer(url, grant.accessToken), 'auth.test', {});
        return lackingScopes(headers['x-oauth-scopes']).length > 0 ? WITHOUT_SCOPES : CONNECTED;
      } catch (error) {
        return healthOf(error, 'sign_in_again');
      }
    },

    async unlink(tools, credentials): Promise<void> {
      const grant = storedGrant(credentials);
      try {
        // A token that has ended cannot end the grant behind it.
        const { access_token: token = grant.accessToken } = (await renew(tools, grant)) ?? {};
        await callSlack(tools, bearer(url, token), 'auth.revoke', {});
      } catch (error) {
        unlessGone(error);
      }
    },
  };
}
