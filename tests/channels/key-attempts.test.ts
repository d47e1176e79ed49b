import { randomUUID } from 'node:crypto';
import {
  begin,
  botToken,
  connectBot,
  disconnectAll,
  pollAttempt,
  readSettings,
  secondAdmin,
  submit,
  tokenOf,
} from '../support/channels.ts';
import { OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ env: { MAX_CHANNELS: '3' } });
  await server.install();
  await server.install('other');
});
afterAll(() => server.close());
afterEach(() => disconnectAll(server));

describe('an API key', () => {
  test('shows who answered, stores nothing yet, and connects after the yes', async () => {
    const started = await begin(server, { connector: 'telegram' });
    const asked = await submit(server, started.attempt.id, { values: { token: botToken(1) } });
    expect(asked.body.attempt).toMatchObject({
      state: 'confirm',
      account: {
        external_id: '7100000001',
        name: 'Numbered Bot 01',
        handle: '@demo_numbered_01_bot',
      },
    });
    expect(asked.body.attempt.reason).toBeUndefined();
    expect((await readSettings(server)).channels).toEqual([]);
    const yes = await submit(server, started.attempt.id, { confirm: true });
    expect(yes.body.attempt).toMatchObject({
      state: 'connected',
      channel: { name: 'Numbered Bot 01' },
    });
    expect(await pollAttempt(server, started)).toEqual({
      ...yes.body.attempt,
      server_time: expect.any(String),
    });
    const again = await submit(server, started.attempt.id, { confirm: true });
    expect([again.status, again.body.attempt.state]).toEqual([200, 'connected']);
    expect((await readSettings(server)).channels).toHaveLength(1);
  });

  test('that the service cannot check for now is answered with the time it asks for', async () => {
    const started = await begin(server, { connector: 'telegram' });
    server.emulator.fault({ match: { path: '*/getMe' }, action: { rateLimited: 42 } });
    const refused = await submit(server, started.attempt.id, { values: { token: botToken(23) } });
    expect([refused.status, refused.body.error?.code]).toEqual([429, 'rate_limited']);
    expect(refused.headers.get('retry-after')).toBe('42');
    const again = await submit(server, started.attempt.id, { values: { token: botToken(23) } });
    expect(again.body.attempt.state).toBe('confirm');
  });

  test('is never shown again but for its end and its date, and another one takes their place', async () => {
    const { id } = await connectBot(server, 21);
    const hintOf = async () => (await readSettings(server)).channels[0]?.account.credential_hint;
    const first = await hintOf();
    expect(first).toEqual({ last4: '0021', set_at: expect.stringMatching(/^\d{4}-.*Z$/) });
    const { attempt } = await begin(server, { connector: 'telegram', channel_id: id });
    const values = { token: botToken(22) };
    const asked = await submit(server, attempt.id, { values });
    expect(asked.body.attempt.account).not.toHaveProperty('credential_hint');
    expect(await hintOf()).toEqual(first);
    const replaced = await submit(server, attempt.id, { confirm: true });
    const second = await hintOf();
    expect(second).toMatchObject({ last4: '0022' });
    expect(Date.parse(second?.set_at ?? '')).toBeGreaterThan(Date.parse(first?.set_at ?? ''));
    for (const text of [asked, replaced].map(({ body }) => JSON.stringify(body))) {
      expect(text).not.toContain(botToken(22).slice(-12));
    }
  });

  test('that is refused leaves the attempt open, with the service’s own reason at the field', async () => {
    const started = await begin(server, { connector: 'telegram' });
    const answer = await submit(server, started.attempt.id, { values: { token: '1:nope' } });
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatchObject({
      code: 'connector_rejected',
      fields: [{ path: 'values.token', code: 'rejected', reason: 'Unauthorized' }],
    });
    expect(await pollAttempt(server, started)).toMatchObject({ state: 'waiting' });
    expect(
      (await submit(server, started.attempt.id, { values: { token: botToken(2) }, confirm: true }))
        .status,
    ).toBe(200);
  });

  test.each([
    ['nothing', {}, [{ path: 'values.token', code: 'required' }]],
    ['blanks', { values: { token: '  ' } }, [{ path: 'values.token', code: 'required' }]],
    [
      'unknown fields',
      { values: { token: botToken(1), extra: 'x' } },
      [{ path: 'values.extra', code: 'unknown' }],
    ],
  ])('is not asked about when it is %s', async (_what, body, fields) => {
    const started = await begin(server, { connector: 'telegram' });
    const answer = await submit(server, started.attempt.id, body);
    expect([answer.status, answer.body.error.fields]).toEqual([422, fields]);
  });

  test('that cannot be verified because the service is down says so', async () => {
    const started = await begin(server, { connector: 'telegram' });
    server.emulator.fault({ match: { path: '/__services/telegram/*' }, action: { status: 502 } });
    const answer = await submit(server, started.attempt.id, { values: { token: botToken(1) } });
    expect([answer.status, answer.body.error.code]).toEqual([502, 'connector_unavailable']);
    expect(await pollAttempt(server, started)).toMatchObject({ state: 'waiting' });
  });

  test('of a bot that is connected already is refused', async () => {
    const { id } = await connectBot(server, 5);
    const started = await begin(server, { connector: 'telegram' });
    const answer = await submit(server, started.attempt.id, { values: { token: botToken(5) } });
    expect(answer.status).toBe(409);
    expect(answer.body.error).toMatchObject({ code: 'already_connected', channel_id: id });
  });

  test('of another bot that is connected already is refused in place of a channel’s key', async () => {
    const { id } = await connectBot(server, 5);
    const { id: channel_id } = await connectBot(server, 25);
    const { attempt } = await begin(server, { connector: 'telegram', channel_id });
    const answer = await submit(server, attempt.id, { values: { token: botToken(5) } });
    expect(answer.status).toBe(409);
    expect(answer.body.error).toMatchObject({ code: 'already_connected', channel_id: id });
    const other = await submit(server, attempt.id, { values: { token: botToken(25) } });
    expect(other.body.attempt).toMatchObject({
      state: 'confirm',
      account: { name: 'Numbered Bot 25' },
    });
  });

  test('of a bot that another service listens to is asked about, even after a yes in advance', async () => {
    await fetch(
      `${server.context.config.connectors.telegram?.apiRoot}/bot${botToken(6)}/setWebhook`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url: 'https://somebody.else/hook' }),
      },
    );
    const started = await begin(server, { connector: 'telegram' });
    const values = { token: botToken(6) };
    const asked = await submit(server, started.attempt.id, { values, confirm: true });
    expect(asked.body.attempt).toMatchObject({ state: 'confirm', reason: 'webhook_taken' });
    const yes = await submit(server, started.attempt.id, { values, confirm: true });
    expect(yes.body.attempt).toMatchObject({ state: 'connected' });
  });

  test('of another account’s attempt is not taken', async () => {
    const started = await begin(server, { connector: 'telegram' });
    const token = tokenOf(server, 'other', OTHER.admin);
    for (const id of [started.attempt.id, randomUUID(), 'nobody']) {
      const answer = await submit(server, id, { values: { token: botToken(1) } }, token);
      expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found']);
      expect((await server.api('DELETE', `/messenger/attempts/${id}`, { token })).status).toBe(404);
    }
    expect(await pollAttempt(server, started)).toMatchObject({ state: 'waiting' });
  });
});

describe('reconnecting', () => {
  test('with the same account renews the channel and keeps its name and pipelines', async () => {
    const channel = await connectBot(server, 7);
    const started = await begin(server, { connector: 'telegram', channel_id: channel.id });
    const answer = await submit(server, started.attempt.id, {
      values: { token: botToken(7) },
      confirm: true,
    });
    const account = { ...channel.account, credential_hint: expect.anything() };
    const renewed = { ...channel, account, checked_at: expect.any(String) };
    expect(answer.body.attempt).toMatchObject({ state: 'connected', channel: renewed });
    expect((await readSettings(server)).channels).toEqual([renewed]);
  });

  test('with another account asks before it replaces', async () => {
    const channel = await connectBot(server, 8);
    const started = await begin(server, { connector: 'telegram', channel_id: channel.id });
    const values = { token: botToken(9) };
    const asked = await submit(server, started.attempt.id, { values, confirm: true });
    expect(asked.body.attempt).toMatchObject({ state: 'confirm', reason: 'different_account' });
    expect((await readSettings(server)).channels).toEqual([channel]);
    const yes = await submit(server, started.attempt.id, { confirm: true });
    expect(yes.body.attempt.channel).toMatchObject({
      id: channel.id,
      name: channel.name,
      account: { external_id: '7100000009' },
    });
  });

  test('works at the channel limit, where a new channel does not', async () => {
    const [first] = [
      await connectBot(server, 1),
      await connectBot(server, 2),
      await connectBot(server, 3),
    ];
    const refused = await start({ connector: 'telegram' });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'channel_limit_reached']);
    const started = await begin(server, { connector: 'telegram', channel_id: first?.id ?? '' });
    expect(started.attempt.state).toBe('waiting');
  });

  test('by a second administrator ends the first one’s attempt', async () => {
    const channel = await connectBot(server, 4);
    const first = await begin(server, { connector: 'telegram', channel_id: channel.id });
    const token = await secondAdmin(server);
    await begin(server, { connector: 'telegram', channel_id: channel.id }, token);
    expect(await pollAttempt(server, first)).toMatchObject({
      state: 'cancelled',
      reason: 'superseded',
    });
  });
});

function start(body: unknown) {
  return server.api('POST', '/messenger/channels', { body, key: randomUUID() });
}
