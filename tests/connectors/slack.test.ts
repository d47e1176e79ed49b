import type { Credentials } from '../../src/server/connectors/connector.ts';
import { createSlack } from '../../src/server/connectors/slack.ts';
import { connectorBattery } from './battery.ts';
import { type Emulated, startEmulated } from './support/emulated.ts';
import { Person } from './support/person.ts';
import type { Stage, Who } from './support/stage.ts';
import { createTools, type TestTools } from './support/tools.ts';

const CLIENT_ID = '1234567890.0987654321';
const CLIENT_SECRET = 'emulator-slack-client-secret-01234567';
const SIGNING_SECRET = 'canary-signing-secret-0123456789';
const SCOPES =
  'chat:write,files:read,files:write,im:history,reactions:read,reactions:write,users:read,team:read';
const TEAMS = ['T0EMULATED1', 'T0EMULATED2'] as const;

async function consent(authorizeUrl: string, who: Who): Promise<URLSearchParams> {
  const page = new URL(authorizeUrl);
  const fields = Object.fromEntries(page.searchParams);
  const decision = { ...fields, team_choice: TEAMS[who], decision: 'allow' };
  const { location } = await new Person().submit(page, decision);
  return new URL(location ?? '').searchParams;
}

function slackAt(emulated: Emulated, clientSecret = CLIENT_SECRET) {
  const url = emulated.at('', 'slack.localhost');
  return createSlack({ clientId: CLIENT_ID, clientSecret, signingSecret: SIGNING_SECRET, url });
}

describe('every connector', () => {
  connectorBattery('slack', async (): Promise<Stage> => {
    const emulated = await startEmulated();
    return {
      connector: slackAt(emulated),
      proxy: emulated.proxy,
      secrets: [
        SIGNING_SECRET,
        CLIENT_SECRET,
        Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64'),
      ],
      consent,
      revoke: async () => {
        await emulated.post('/__services/slack/revoke', {});
      },
      close: emulated.close,
    };
  });
});

describe('Slack', () => {
  let emulated: Emulated;
  let tools: TestTools;
  let connector: ReturnType<typeof createSlack>;

  beforeEach(async () => {
    emulated = await startEmulated();
    tools = createTools('slack');
    connector = slackAt(emulated);
  });
  afterEach(async () => {
    await tools.close();
    await emulated.close();
  });

  /** What Slack answers to this method from now on, always with status 200. */
  async function answer(method: string, body: object): Promise<void> {
    await emulated.post('/__emulator/faults', {
      match: { path: `/api/${method}` },
      times: 0,
      action: { status: 200, body },
    });
  }

  async function signIn(): Promise<Credentials> {
    const { authorizeUrl, session } = await connector.begin(tools, 's');
    const linked = await connector.finish(tools, session, await consent(authorizeUrl, 0));
    return linked.credentials;
  }

  test('asks for bot scopes, comma separated, and passes the state on', async () => {
    const { authorizeUrl } = await connector.begin(tools, 'the state');
    const url = new URL(authorizeUrl);
    expect(url.pathname).toBe('/oauth/v2/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: CLIENT_ID,
      scope: SCOPES,
      redirect_uri: tools.redirectUrl,
      state: 'the state',
    });
  });

  test('names the workspace that was connected', async () => {
    const { authorizeUrl, session } = await connector.begin(tools, 's');
    const linked = await connector.finish(tools, session, await consent(authorizeUrl, 1));
    expect(linked).toMatchObject({
      externalId: 'T0EMULATED2',
      name: 'Second Workspace',
      handle: 'second-workspace.slack.com',
    });
  });

  test('connects even if the address of the workspace cannot be asked for', async () => {
    await answer('auth.test', { ok: false, error: 'internal_error' });
    const { authorizeUrl, session } = await connector.begin(tools, 's');
    const linked = await connector.finish(tools, session, await consent(authorizeUrl, 0));
    expect(linked).toMatchObject({ name: 'Demo Workspace', handle: null });
  });

  test('refuses a code that was used before', async () => {
    const { authorizeUrl, session } = await connector.begin(tools, 's');
    const query = await consent(authorizeUrl, 0);
    await connector.finish(tools, session, query);
    await expect(connector.finish(tools, session, query)).rejects.toMatchObject({
      failure: 'rejected',
      reason: 'code_already_used',
    });
  });

  test('refuses a redirect without a code', async () => {
    const outcome = connector.finish(tools, {}, new URLSearchParams({ error: 'invalid_scope' }));
    await expect(outcome).rejects.toMatchObject({ failure: 'rejected', reason: 'invalid_scope' });
    expect(emulated.proxy.count()).toBe(0);
  });

  test('blames the operator for a wrong client secret', async () => {
    const { authorizeUrl, session } = await connector.begin(tools, 's');
    const query = await consent(authorizeUrl, 0);
    const outcome = slackAt(emulated, 'a wrong secret').finish(tools, session, query);
    await expect(outcome).rejects.toMatchObject({
      failure: 'misconfigured',
      reason: 'bad_client_secret',
    });
  });

  test('takes an app installed for a whole organisation', async () => {
    const enterprise = { id: 'E0ORG', name: 'The Org' };
    await answer('oauth.v2.access', { ok: true, access_token: 'xoxb-1', team: null, enterprise });
    const linked = await connector.finish(tools, {}, new URLSearchParams({ code: 'c' }));
    expect(linked).toMatchObject({ externalId: 'E0ORG', name: 'The Org' });
  });

  test.each([
    ['token_revoked', { status: 'action_needed', reason: 'sign_in_again' }],
    ['account_inactive', { status: 'action_needed', reason: 'sign_in_again' }],
    ['internal_error', { status: 'error', reason: 'service_unreachable' }],
  ])('reads the 200 that says %s', async (error, expected) => {
    const credentials = await signIn();
    await answer('auth.test', { ok: false, error });
    await expect(connector.health(tools, credentials)).resolves.toEqual(expected);
  });

  test('asks to sign in again for a grant of the time before messages', async () => {
    const credentials = await signIn();
    const old = 'chat:write,im:history,im:read,team:read,users:read';
    await emulated.post('/__emulator/faults', {
      match: { path: '/api/auth.test' },
      times: 0,
      action: { status: 200, body: { ok: true }, headers: { 'x-oauth-scopes': old } },
    });
    await expect(connector.health(tools, credentials)).resolves.toEqual({
      status: 'action_needed',
      reason: 'sign_in_again',
    });
  });

  test('refuses a grant that lacks a scope, and names it', async () => {
    const team = { id: 'T1', name: 'One' };
    const scope = SCOPES.replace('files:write,', '');
    await answer('oauth.v2.access', { ok: true, access_token: 'xoxb-1', team, scope });
    const outcome = connector.finish(tools, {}, new URLSearchParams({ code: 'c' }));
    await expect(outcome).rejects.toMatchObject({
      failure: 'rejected',
      reason: 'missing_scope: files:write',
    });
  });

  test('keeps a renewed token also when it lacks a scope', async () => {
    const team = { id: 'T1', name: 'One' };
    const renewed = { refresh_token: 'xoxe-2', expires_in: 43_200, scope: 'chat:write' };
    await answer('oauth.v2.access', { ok: true, access_token: 'xoxb-2', team, ...renewed });
    const expiresAt = tools.now().toISOString();
    const ended = { accessToken: 'xoxb-1', refreshToken: 'xoxe-1', expiresAt };
    await expect(connector.health(tools, ended)).resolves.toMatchObject({
      status: 'action_needed',
      reason: 'sign_in_again',
      credentials: { accessToken: 'xoxb-2', refreshToken: 'xoxe-2' },
    });
  });

  test('remembers who its bot is', async () => {
    expect(await signIn()).toMatchObject({ botUserId: 'U0EMULBOT' });
  });

  test('reads the 200 that says ratelimited', async () => {
    const credentials = await signIn();
    await answer('auth.test', { ok: false, error: 'ratelimited' });
    await expect(connector.health(tools, credentials)).rejects.toMatchObject({
      failure: 'rate_limited',
    });
  });

  test('renews a rotating token before it ends, and hands the new one out', async () => {
    const rotating = { refresh_token: 'xoxe-1', expires_in: 43_200 };
    const team = { id: 'T1', name: 'One' };
    await answer('oauth.v2.access', { ok: true, access_token: 'xoxb-1', team, ...rotating });
    await answer('auth.test', { ok: true });
    const linked = await connector.finish(tools, {}, new URLSearchParams({ code: 'c' }));
    await expect(connector.health(tools, linked.credentials)).resolves.toEqual({
      status: 'connected',
      reason: null,
    });
    tools.advance(43_200_000);
    await fetch(emulated.at('/__emulator/faults'), { method: 'DELETE' });
    const renewed = { ...rotating, refresh_token: 'xoxe-2' };
    await answer('oauth.v2.access', { ok: true, access_token: 'xoxb-2', team, ...renewed });
    await expect(connector.health(tools, linked.credentials)).resolves.toEqual({
      status: 'connected',
      reason: null,
      credentials: {
        accessToken: 'xoxb-2',
        refreshToken: 'xoxe-2',
        expiresAt: new Date(tools.now().getTime() + 43_200_000).toISOString(),
      },
    });
  });

  test('ends its token when it is disconnected', async () => {
    const credentials = await signIn();
    await connector.unlink(tools, credentials);
    await expect(connector.health(tools, credentials)).resolves.toEqual({
      status: 'action_needed',
      reason: 'sign_in_again',
    });
  });

  test('renews a token that has ended, to be able to end the grant behind it', async () => {
    const credentials = await signIn();
    const ended = {
      accessToken: 'xoxb-ended',
      refreshToken: 'xoxe-1',
      expiresAt: tools.now().toISOString(),
    };
    const team = { id: 'T0EMULATED1', name: 'One' };
    const renewed = { ok: true, access_token: credentials.accessToken, team };
    await answer('oauth.v2.access', renewed);
    await connector.unlink(tools, ended);
    await expect(connector.health(tools, credentials)).resolves.toMatchObject({
      reason: 'sign_in_again',
    });
  });
});
