import { randomUUID } from 'node:crypto';
import {
  begin,
  botToken,
  connectBot,
  disconnectAll,
  pollAttempt,
  readSettings,
  submit,
  tokenOf,
} from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ env: { MAX_CHANNELS: '3' } });
  await server.install();
  await server.install('other');
});
afterAll(() => server.close());
afterEach(() => disconnectAll(server));

describe('starting an attempt', () => {
  test('gives a key that alone opens it', async () => {
    const started = await begin(server, { connector: 'telegram' });
    expect(started.attempt).toMatchObject({
      connector: 'telegram',
      auth: 'api_key',
      state: 'waiting',
      poll_after_ms: expect.any(Number),
    });
    expect(started.attempt_key).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await pollAttempt(server, started)).toMatchObject({
      id: started.attempt.id,
      state: 'waiting',
    });
    const wrong = [`Bearer ${started.attempt_key.slice(1)}x`, 'Bearer', '', started.attempt_key];
    for (const authorization of wrong) {
      const answer = await lookWith(started.attempt.id, authorization);
      expect([answer.status, answer.body.error.code]).toEqual([401, 'unauthorized']);
    }
    for (const id of [randomUUID(), 'nobody']) {
      const answer = await lookWith(id, `Bearer ${started.attempt_key}`);
      expect([answer.status, answer.body.error.code]).toEqual([401, 'unauthorized']);
    }
  });

  test('is refused for a service that is not offered', async () => {
    const answer = await start({ connector: 'icq' });
    expect(answer.status).toBe(422);
    expect(answer.body.error.fields).toEqual([{ path: 'connector', code: 'unknown' }]);
  });

  test('is refused to those who are no administrators', async () => {
    const answer = await start({ connector: 'telegram' }, tokenOf(server, 'demo', DEMO.manager));
    expect([answer.status, answer.body.error.code]).toEqual([403, 'admin_required']);
  });

  test('supersedes the older attempt of the same person with the same service', async () => {
    const older = await begin(server, { connector: 'telegram' });
    const newer = await begin(server, { connector: 'telegram' });
    expect(await pollAttempt(server, older)).toMatchObject({
      state: 'cancelled',
      reason: 'superseded',
    });
    expect(await pollAttempt(server, newer)).toMatchObject({ state: 'waiting' });
  });

  test('leaves attempts of other people and other accounts alone', async () => {
    const mine = await begin(server, { connector: 'telegram' });
    await begin(server, { connector: 'telegram' }, tokenOf(server, 'other', OTHER.admin));
    expect(await pollAttempt(server, mine)).toMatchObject({ state: 'waiting' });
  });
});

describe('ending', () => {
  test('a cancelled attempt takes nothing any more', async () => {
    const started = await begin(server, { connector: 'telegram' });
    await submit(server, started.attempt.id, { values: { token: botToken(1) } });
    const cancel = () => server.api('DELETE', `/messenger/attempts/${started.attempt.id}`);
    expect((await cancel()).status).toBe(204);
    expect((await cancel()).status).toBe(204);
    expect(await pollAttempt(server, started)).toMatchObject({ state: 'cancelled' });
    const late = await submit(server, started.attempt.id, { confirm: true });
    expect([late.status, late.body.error.code]).toEqual([409, 'attempt_state']);
    expect((await readSettings(server)).channels).toEqual([]);
  });

  test('an attempt whose time is over is expired for everybody', async () => {
    const started = await begin(server, { connector: 'telegram' });
    await tablesOf(server.context.db)
      .updateTable('attempts')
      .set({ expires_at: new Date(Date.now() - 1) })
      .where('id', '=', started.attempt.id)
      .execute();
    const late = await submit(server, started.attempt.id, { values: { token: botToken(1) } });
    expect([late.status, late.body.error.code]).toEqual([410, 'attempt_expired']);
    expect(await pollAttempt(server, started)).toMatchObject({
      state: 'expired',
      reason: 'timed_out',
    });
  });

  test('leaves no secret in the attempt', async () => {
    await connectBot(server, 1);
    const rows = await tablesOf(server.context.db)
      .selectFrom('attempts')
      .select(['state', 'session', 'candidate', 'shown', 'webhook_secret'])
      .where('state', 'not in', ['starting', 'waiting', 'confirm'])
      .execute();
    expect(rows.length).toBeGreaterThan(0);
    for (const { state: _state, ...secrets } of rows) {
      expect(secrets).toEqual({
        session: null,
        candidate: null,
        shown: null,
        webhook_secret: null,
      });
    }
  });
});

describe('the event stream', () => {
  test('shows the present state, each change, and ends with the attempt', async () => {
    const started = await begin(server, { connector: 'telegram' });
    const stream = await fetch(`${server.url}/connect/attempts/${started.attempt.id}/events`, {
      headers: { authorization: `Bearer ${started.attempt_key}`, origin: DEMO.origin },
    });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.headers.get('access-control-allow-origin')).toBe(DEMO.origin);
    const reading = stream.text();
    await submit(server, started.attempt.id, { values: { token: botToken(1) } });
    await server.waitFor(async () => (await pollAttempt(server, started)).state === 'confirm');
    await submit(server, started.attempt.id, { confirm: true });
    const events = (await reading)
      .split('\n\n')
      .filter((event) => event.startsWith('data: '))
      .map((event) => JSON.parse(event.slice('data: '.length)).attempt.state);
    expect(events[0]).toBe('waiting');
    expect(events.at(-1)).toBe('connected');
  });

  test('needs the key', async () => {
    const started = await begin(server, { connector: 'telegram' });
    const answer = await fetch(`${server.url}/connect/attempts/${started.attempt.id}/events`);
    expect(answer.status).toBe(401);
    await answer.text();
  });
});

function start(body: unknown, token?: string) {
  return server.api('POST', '/messenger/channels', {
    body,
    key: randomUUID(),
    ...(token !== undefined && { token }),
  });
}

function lookWith(id: string, authorization: string) {
  return server.api('GET', `/connect/attempts/${id}`, { token: null, headers: { authorization } });
}
