/**
 * A double of Slack on `slack.localhost`: OAuth v2 (https://docs.slack.dev/authentication/installing-with-oauth), the
 * Web API and the Events API. Like the real one it answers refusals with 200 and `ok: false`.
 */
import { randomBytes } from 'node:crypto';
import { escapeHtml } from '../engine/escape-html.ts';
import { sameSecret } from '../engine/secrets.ts';
import type { Exchange, Handler, Route } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';
import { servicePage } from './page.ts';
import { openerPolicy } from './service-settings.ts';
import { slackFileRoutes } from './slack/file-routes.ts';
import { type Grant, grantsOf, issueGrant, ROTATION_SECONDS } from './slack/grants.ts';
import { uninstallApp } from './slack/installations.ts';
import { slackMemberPageRoutes } from './slack/member-page.ts';
import { verifyRequestUrl } from './slack/request-url.ts';
import { SlackError } from './slack/slack-error.ts';
import { APP_ID, BOT_USER_ID, TEAMS, teamOf } from './slack/state.ts';
import { refuse, slackWebApiRoutes } from './slack/web-api.ts';

export const SLACK_CLIENT_ID = '1234567890.0987654321';
export const SLACK_CLIENT_SECRET = 'emulator-slack-client-secret-01234567';

const CODE_LIFE_MS = 600_000;

const HOST = /^slack\.localhost$/;

export function slackRoutes(): Route[] {
  const at = (method: Route['method'], path: string, handler: Handler): Route => ({
    method,
    host: HOST,
    path,
    handler,
  });
  return [
    at('GET', '/oauth/v2/authorize', askConsent),
    at('POST', '/oauth/v2/authorize', decide),
    at('POST', '/api/oauth.v2.access', exchangeCode),
    ...slackWebApiRoutes(HOST),
    ...slackFileRoutes(HOST),
    ...slackMemberPageRoutes(),
    { method: 'POST', host: 'any', path: '/__services/slack/revoke', handler: revokeEverything },
  ];
}

/** Slack may send the browser to the backend behind the emulated integration and nowhere else. */
function isRegistered(world: World, redirectUri: string): boolean {
  const backend = new URL(world.integration().redirect_uri).origin;
  return redirectUri === `${backend}/connect/callback/slack`;
}

function askConsent(exchange: Exchange): void {
  const query = exchange.url.searchParams;
  const headers = openerPolicy(exchange.world);
  if (query.get('client_id') !== SLACK_CLIENT_ID) {
    return void exchange.sendHtml(
      200,
      servicePage('Slack', '<p>Invalid client_id parameter</p>'),
      headers,
    );
  }
  if (!isRegistered(exchange.world, query.get('redirect_uri') ?? '')) {
    return void exchange.sendHtml(
      200,
      servicePage('Slack', '<p>redirect_uri did not match any configured URIs.</p>'),
      headers,
    );
  }
  const scope = query.get('scope') ?? '';
  if (scope === '') {
    return void exchange.sendHtml(
      200,
      servicePage('Slack', '<p>Invalid permissions requested: no scopes.</p>'),
      headers,
    );
  }
  const hidden = [...query].map(
    ([name, value]) =>
      `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const teams = TEAMS.map(({ id, name }) => `<option value="${id}">${name}</option>`);
  const body = `<p>An app asks to access your workspace.</p>
<p><small>It asks for: ${escapeHtml(scope.replaceAll(',', ', '))}</small></p>
<form method="post" action="/oauth/v2/authorize">${hidden.join('')}
<label>Workspace <select name="team_choice">${teams.join('')}</select></label>
<button name="decision" value="allow">Allow</button><button class="quiet" name="decision" value="cancel">Cancel</button></form>`;
  exchange.sendHtml(200, servicePage('Sign in to the emulated Slack', body), headers);
}

function decide(exchange: Exchange): void {
  const fields = new URLSearchParams(exchange.text());
  const redirectUri = fields.get('redirect_uri') ?? '';
  if (!isRegistered(exchange.world, redirectUri))
    return void exchange.send(400, 'bad redirect_uri');
  const target = new URL(redirectUri);
  if (fields.get('decision') === 'allow') {
    const code = `${Date.now()}.${randomBytes(16).toString('hex')}`;
    grantsOf(exchange.world).codes.push({
      code,
      team: fields.get('team_choice') ?? TEAMS[0].id,
      redirectUri,
      scope: fields.get('scope') ?? '',
      expiresAt: exchange.world.clock.now() + CODE_LIFE_MS,
      isUsed: false,
    });
    target.searchParams.set('code', code);
  } else {
    target.searchParams.set('error', 'access_denied');
  }
  target.searchParams.set('state', fields.get('state') ?? '');
  exchange.redirect(target.href);
}

/** @see https://docs.slack.dev/reference/methods/oauth.v2.access */
function exchangeCode(exchange: Exchange): void {
  try {
    exchange.sendJson(200, answerFor(exchange, takeGrant(exchange)));
    // Slack asks when the address is saved; here nobody saves it, so the first installation does.
    void verifyRequestUrl(exchange.world);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    refuse(exchange, error);
  }
}

/** @throws SlackError */
function takeGrant(exchange: Exchange): Grant {
  const { world } = exchange;
  const fields = exchange.fields();
  const basic = /^Basic (.+)$/.exec(exchange.header('authorization'))?.[1];
  const [id, secret] =
    basic === undefined
      ? [String(fields.client_id ?? ''), String(fields.client_secret ?? '')]
      : Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
  if (id !== SLACK_CLIENT_ID) throw new SlackError('invalid_client_id');
  if (!sameSecret(secret ?? '', SLACK_CLIENT_SECRET)) throw new SlackError('bad_client_secret');
  if (fields.grant_type === 'refresh_token') return refreshGrant(world, fields.refresh_token);
  const found = grantsOf(world).codes.find(({ code }) => code === fields.code);
  if (found === undefined || found.expiresAt <= world.clock.now())
    throw new SlackError('invalid_code');
  if (found.isUsed) throw new SlackError('code_already_used');
  if (found.redirectUri !== fields.redirect_uri) throw new SlackError('bad_redirect_uri');
  found.isUsed = true;
  return issueGrant(world, teamOf(found.team) ?? TEAMS[0], found.scope);
}

/** A new pair for an old one, which is over. @throws SlackError */
function refreshGrant(world: World, refreshToken: unknown): Grant {
  const old = grantsOf(world).tokens.find(
    (one) => one.refreshToken !== undefined && one.refreshToken === refreshToken,
  );
  if (old === undefined || old.isRevoked) throw new SlackError('invalid_refresh_token');
  old.isRevoked = true;
  return issueGrant(world, teamOf(old.team) ?? TEAMS[0], old.scope ?? '');
}

function answerFor({ world }: Exchange, grant: Grant): object {
  const team = teamOf(grant.team) ?? TEAMS[0];
  const { expiresAt, refreshToken } = grant;
  return {
    ok: true,
    app_id: APP_ID,
    authed_user: { id: team.owner },
    scope: grant.scope,
    token_type: 'bot',
    access_token: grant.token,
    ...(expiresAt !== undefined && {
      expires_in: Math.min(ROTATION_SECONDS, Math.round((expiresAt - world.clock.now()) / 1000)),
      refresh_token: refreshToken,
    }),
    bot_user_id: BOT_USER_ID,
    team: { id: team.id, name: team.name },
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** The owners of all workspaces remove the app. */
function revokeEverything(exchange: Exchange): void {
  for (const team of TEAMS) uninstallApp(exchange.world, team.id);
  exchange.sendJson(200, { ok: true });
}
