import type { Health } from '../../src/server/connectors/connector.ts';
import { createEvolution } from '../../src/server/connectors/evolution.ts';
import { createSlack } from '../../src/server/connectors/slack.ts';
import { createTelegram } from '../../src/server/connectors/telegram.ts';
import { createWaha } from '../../src/server/connectors/waha.ts';
import { type SmallAnswer, startSmallDouble } from './support/small-double.ts';
import { createTools, type TestTools } from './support/tools.ts';

const TOKEN = '7000000009:AAExampleExampleExampleExampleExample';

describe('a chat service that answers a little off its documentation', () => {
  let tools: TestTools;
  let answers: Record<string, SmallAnswer>;
  let double: Awaited<ReturnType<typeof startSmallDouble>>;
  let url: string;

  beforeAll(async () => {
    const say = ({ params }: { params: Record<string, string> }): SmallAnswer =>
      answers[params.method ?? ''] ?? { status: 404, json: {} };
    const routes = [
      'POST /bot:token/:method',
      'POST /api/:method',
      'GET /api/:method/:session',
      'GET /api/:session/auth/:method',
      'GET /instance/:method/:name',
      'GET /instance/:method',
    ];
    double = await startSmallDouble(Object.fromEntries(routes.map((route) => [route, say])));
    url = `http://127.0.0.1:${double.port}`;
  });
  beforeEach(() => {
    tools = createTools('odd');
  });
  afterEach(() => tools.close());
  afterAll(() => double.close());

  const ok = (json: object): SmallAnswer => ({ status: 200, json });
  const ERROR: Health = { status: 'error', reason: 'service_error' };

  describe('Telegram', () => {
    const good = (result: object) => ok({ ok: true, result });
    const bot = { id: 7000000009, is_bot: true, first_name: 'Shop', username: 'shop_bot' };
    const info = good({ url: '', pending_update_count: 0 });
    const refusal = (code: number, description: unknown, status = code): SmallAnswer => ({
      status,
      json: { ok: false, error_code: code, description },
    });

    test.each([
      [refusal(400, 'Logged out'), 'Logged out'],
      [refusal(401, 'Unauthorized'), 'Unauthorized'],
      [refusal(403, 'Forbidden: user is deactivated'), 'Forbidden: user is deactivated'],
      [refusal(404, 'Not Found'), 'Not Found'],
      [refusal(409, 'Conflict'), 'Conflict'],
      [refusal(400, 'Logged out', 200), 'Logged out'],
      [refusal(403, null), undefined],
    ])('refuses a bot in its own words, never as "not reached": %j', async (getMe, reason) => {
      answers = { getMe };
      const connector = createTelegram({ apiRoot: url });
      await expect(connector.verify(tools, { token: TOKEN })).rejects.toMatchObject({
        failure: 'rejected',
        field: 'token',
        reason,
      });
      const health = await connector.health(tools, { token: TOKEN });
      expect(health).toEqual({ status: 'action_needed', reason: 'key_rejected' });
    });

    test.each([
      [refusal(429, 'Too Many Requests', 200), 'rate_limited'],
      [refusal(500, 'Internal Server Error: restart', 200), 'unavailable'],
      [{ status: 403, text: '<html>blocked</html>' }, 'misconfigured'],
      [{ status: 404, json: { message: 'Route not found' } }, 'misconfigured'],
      [ok({ ok: true }), 'misconfigured'],
    ] as [SmallAnswer, string][])('%j is %s', async (getMe, failure) => {
      answers = { getMe };
      const outcome = createTelegram({ apiRoot: url }).verify(tools, { token: TOKEN });
      await expect(outcome).rejects.toMatchObject({ failure });
    });

    test.each([
      [{ username: null }],
      [{ username: '' }],
      [{ username: 'not a name!' }],
      [{ first_name: null }],
    ])('a bot with %j is connected all the same', async (odd) => {
      const odder = { url: null, pending_update_count: null, last_error_date: null };
      answers = { getMe: good({ ...bot, ...odd }), getWebhookInfo: good(odder) };
      const linked = await createTelegram({ apiRoot: url }).verify(tools, { token: TOKEN });
      expect(linked).toMatchObject({ externalId: '7000000009' });
      expect(linked.warning).toBeUndefined();
    });

    test('an id that would be rounded is refused', async () => {
      const text = '{"ok":true,"result":{"id":17841405309211843,"is_bot":true,"first_name":"S"}}';
      answers = { getMe: { status: 200, text }, getWebhookInfo: info };
      const outcome = createTelegram({ apiRoot: url }).verify(tools, { token: TOKEN });
      await expect(outcome).rejects.toMatchObject({ failure: 'misconfigured' });
    });
  });

  describe('Slack', () => {
    const team = { id: 'T1', name: 'Acme' };
    const given = { ok: true, access_token: 'xoxb-1', team };
    const slack = () =>
      createSlack({ clientId: 'id', clientSecret: 'secret', signingSecret: 'signing', url });

    test.each([
      [{ refresh_token: null, expires_in: null }],
      [{ refresh_token: '', expires_in: '' }],
      [{ enterprise: null }],
      [{ enterprise: {} }],
      [{ team: { id: 'T1', name: null } }],
      [{ team: null, enterprise: team }],
      [{ error: null }],
    ])('a grant with %j is a grant', async (odd) => {
      answers = {
        'oauth.v2.access': ok({ ...given, ...odd }),
        'auth.test': ok({ ok: true, url: null }),
      };
      const linked = await slack().finish(tools, {}, new URLSearchParams({ code: 'c' }));
      expect(linked).toMatchObject({ externalId: 'T1', handle: null });
      expect(linked.credentials).toEqual({ accessToken: 'xoxb-1' });
    });

    test.each([
      [{ expires_in: null }],
      [{ expires_in: 'soon' }],
      [{ team: null }],
      [{ team: 'T1' }],
    ])('a renewed grant with %j is kept', async (odd) => {
      answers = { 'oauth.v2.access': ok({ ...given, refresh_token: 'xoxe-2', ...odd }) };
      const expiresAt = tools.now().toISOString();
      const old = { accessToken: 'xoxb-0', refreshToken: 'xoxe-1', expiresAt };
      const health = await slack().health(tools, old);
      expect(health).toMatchObject({
        status: 'connected',
        credentials: { accessToken: 'xoxb-1', refreshToken: 'xoxe-2' },
      });
    });

    test.each([
      [ok({})],
      [ok({ ok: true })],
      [ok({ ok: false })],
      [{ status: 404, json: {} }],
      [ok({ ok: true, access_token: 'xoxb-1' })],
    ] as SmallAnswer[][])('%j is never "not reached"', async (access) => {
      answers = { 'oauth.v2.access': access ?? ok({}) };
      const outcome = slack().finish(tools, {}, new URLSearchParams({ code: 'c' }));
      await expect(outcome).rejects.toMatchObject({ failure: 'misconfigured' });
    });
  });

  describe('Evolution API', () => {
    const evolution = () => createEvolution({ url, apiKey: 'key' });
    const connecting = ok({ instance: { instanceName: 'x', state: 'connecting' } });

    test.each([null, '', 7, 'not a code!'])(
      'a pairing code that is %j leaves the QR code as it is',
      async (pairingCode) => {
        answers = { connectionState: connecting, connect: ok({ pairingCode, code: '2@abc' }) };
        const progress = await evolution().check(tools, { session: 'x' });
        expect(progress).toMatchObject({ state: 'showing', value: '2@abc' });
      },
    );

    test.each([null, '', 7])('a code that is %j is no code yet', async (code) => {
      answers = { connectionState: connecting, connect: ok({ code, count: 0 }) };
      const progress = await evolution().check(tools, { session: 'x' });
      expect(progress).toMatchObject({ state: 'starting' });
    });

    test('an owner without name and picture is an owner', async () => {
      const owner = { name: 'x', ownerJid: '5511999990000@s.whatsapp.net' };
      answers = {
        connectionState: ok({ instance: { state: 'open' } }),
        fetchInstances: ok([{ name: null }, { ...owner, profileName: null, profilePicUrl: 5 }]),
      };
      const progress = await evolution().check(tools, { session: 'x' });
      expect(progress).toMatchObject({
        state: 'connected',
        linked: { externalId: '5511999990000' },
      });
    });

    test.each([
      [ok({ state: 5 })],
      [{ status: 400, json: {} }],
      [{ status: 422, text: 'no' }],
    ] as SmallAnswer[][])('%j is never "not reached"', async (connectionState) => {
      answers = { connectionState: connectionState ?? ok({}) };
      await expect(evolution().health(tools, { session: 'x' })).resolves.toEqual(ERROR);
      await expect(evolution().check(tools, { session: 'x' })).rejects.toMatchObject({
        failure: 'misconfigured',
      });
    });
  });

  describe('WAHA', () => {
    const waha = () => createWaha({ url, apiKey: 'key' });

    test.each([
      [{ me: null, config: null, engine: null }],
      [{ me: { id: null, pushName: null } }],
      [{ me: {}, config: {}, engine: {} }],
      [{ config: { webhooks: [{ url: null }] }, engine: { state: null } }],
      [{ config: { webhooks: null }, engine: 'WEBJS' }],
    ])('a session with %j works', async (odd) => {
      answers = { sessions: ok({ name: 'x', status: 'WORKING', ...odd }) };
      await expect(waha().health(tools, { session: 'x' })).resolves.toEqual({
        status: 'connected',
        reason: null,
      });
      const progress = await waha().check(tools, { session: 'x' });
      expect(progress).toMatchObject({ state: 'linking' });
    });

    test.each([null, '', 7])('a code that is %j is no code yet', async (value) => {
      answers = { sessions: ok({ name: 'x', status: 'SCAN_QR_CODE' }), qr: ok({ value }) };
      const progress = await waha().check(tools, { session: 'x' });
      expect(progress).toMatchObject({ state: 'starting' });
    });

    test.each([
      [ok({})],
      [ok([])],
      [{ status: 400, json: {} }],
      [{ status: 422, text: 'no' }],
    ] as SmallAnswer[][])('%j is never "not reached"', async (sessions) => {
      answers = { sessions: sessions ?? ok({}) };
      await expect(waha().health(tools, { session: 'x' })).resolves.toEqual(ERROR);
      await expect(waha().check(tools, { session: 'x' })).rejects.toMatchObject({
        failure: 'misconfigured',
      });
    });
  });
});
