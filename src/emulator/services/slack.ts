/**
 * A double of Slack's OAuth v2 (https://docs.slack.dev/authentication/installing-with-oauth) and the few
 * Web API methods a connector needs. Like the real one it answers refusals with 200 and `ok: false`.
 */
import { randomBytes } from 'node:crypto';
import { escapeHtml } from '../engine/escape-html.ts';
import { sameSecret } from '../engine/secrets.ts';
import type { Exchange, Handler, Route } from '../kommo/exchange.ts';
import type { World } from '../kommo/world.ts';
import { servicePage } from './page.ts';
import { openerPolicy } from './service-settings.ts';

export const SLACK_CLIENT_ID = '1234567890.0987654321';
export const SLACK_CLIENT_SECRET = 'emulator-slack-client-secret-01234567';

const CODE_LIFE_MS = 600_000;

const TEAMS = [
  { id: 'T0EMULATED1', name: 'Demo Workspace', domain: 'demo-workspace' },
  { id: 'T0EMULATED2', name: 'Second Workspace', domain: 'second-workspace' },
] as const;

interface SlackState {
  codes: {
    code: string;
    team: string;
    redirectUri: string;
    scope: string;
    expiresAt: number;
    isUsed: boolean;
  }[];
  tokens: { token: string; team: string; isRevoked: boolean }[];
}

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
    at('POST', '/api/auth.test', authTest),
    at('GET', '/api/auth.test', authTest),
    at('POST', '/api/auth.revoke', revoke),
    at('GET', '/api/auth.revoke', revoke),
    at('POST', '/api/team.info', teamInfo),
    at('GET', '/api/team.info', teamInfo),
    { method: 'POST', host: 'any', path: '/__services/slack/revoke', handler: revokeEverything },
  ];
}

function stateOf(world: World): SlackState {
  return world.service<SlackState>('slack', () => ({ codes: [], tokens: [] }));
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
  if ((query.get('scope') ?? '') === '') {
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
  const body = `<p>An app asks to access your workspace.</p><form method="post" action="/oauth/v2/authorize">${hidden.join('')}
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
    stateOf(exchange.world).codes.push({
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

function exchangeCode(exchange: Exchange): void {
  const { world } = exchange;
  const fields = exchange.fields();
  const basic = /^Basic (.+)$/.exec(exchange.header('authorization'))?.[1];
  const [id, secret] =
    basic === undefined
      ? [String(fields.client_id ?? ''), String(fields.client_secret ?? '')]
      : Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
  if (id !== SLACK_CLIENT_ID) return void refuse(exchange, 'invalid_client_id');
  if (!sameSecret(secret ?? '', SLACK_CLIENT_SECRET))
    return void refuse(exchange, 'bad_client_secret');
  const found = stateOf(world).codes.find(({ code }) => code === fields.code);
  if (found === undefined || found.expiresAt <= world.clock.now())
    return void refuse(exchange, 'invalid_code');
  if (found.isUsed) return void refuse(exchange, 'code_already_used');
  if (found.redirectUri !== fields.redirect_uri) return void refuse(exchange, 'bad_redirect_uri');
  found.isUsed = true;
  const team = TEAMS.find((one) => one.id === found.team) ?? TEAMS[0];
  const token = `xoxb-emulated-${randomBytes(18).toString('base64url')}`;
  stateOf(world).tokens.push({ token, team: team.id, isRevoked: false });
  exchange.sendJson(200, {
    ok: true,
    app_id: 'A0EMULATED',
    authed_user: { id: 'U0EMULATED' },
    scope: found.scope,
    token_type: 'bot',
    access_token: token,
    bot_user_id: 'U0EMULBOT',
    team: { id: team.id, name: team.name },
    enterprise: null,
    is_enterprise_install: false,
  });
}

/** The workspace of a living token; otherwise the refusal is already sent. */
function teamOf(exchange: Exchange): (typeof TEAMS)[number] | undefined {
  const token =
    /^Bearer (.+)$/.exec(exchange.header('authorization'))?.[1] ?? exchange.fields().token;
  const found = stateOf(exchange.world).tokens.find((one) => one.token === token);
  if (token === undefined) refuse(exchange, 'not_authed');
  else if (found === undefined) refuse(exchange, 'invalid_auth');
  else if (found.isRevoked) refuse(exchange, 'token_revoked');
  else return TEAMS.find(({ id }) => id === found.team);
  return undefined;
}

function authTest(exchange: Exchange): void {
  const team = teamOf(exchange);
  if (team === undefined) return;
  exchange.sendJson(200, {
    ok: true,
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: 'connector',
    team_id: team.id,
    user_id: 'U0EMULBOT',
    bot_id: 'B0EMULATED',
  });
}

function teamInfo(exchange: Exchange): void {
  const team = teamOf(exchange);
  if (team !== undefined) exchange.sendJson(200, { ok: true, team: { ...team, icon: {} } });
}

function revoke(exchange: Exchange): void {
  if (teamOf(exchange) === undefined) return;
  const token = /^Bearer (.+)$/.exec(exchange.header('authorization'))?.[1];
  for (const one of stateOf(exchange.world).tokens) if (one.token === token) one.isRevoked = true;
  exchange.sendJson(200, { ok: true, revoked: true });
}

/** The workspace's owner removes the app. */
function revokeEverything(exchange: Exchange): void {
  for (const one of stateOf(exchange.world).tokens) one.isRevoked = true;
  exchange.sendJson(200, { ok: true });
}

function refuse(exchange: Exchange, error: string): void {
  exchange.sendJson(200, { ok: false, error });
}
