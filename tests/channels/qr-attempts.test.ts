import { createHmac } from 'node:crypto';
import type { Attempt } from '../../src/contract/api.ts';
import { allowChecksNow } from '../../src/server/channels/attempts/rows.ts';
import { findChannelSecrets } from '../../src/server/channels/rows.ts';
import { begin, disconnectAll, pollAttempt, readSettings, submit } from '../support/channels.ts';
import { phoneSessions, usePhone } from '../support/phone.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
});
afterAll(() => server.close());
afterEach(async () => {
  await disconnectAll(server);
  await server.waitFor(async () => (await phoneSessions(server)).length === 0);
});

type Started = Awaited<ReturnType<typeof begin>>;

describe.each(['waha', 'evolution'] as const)('%s', (connector) => {
  test('shows a code, notices the scan, links, and becomes a channel', async () => {
    const started = await begin(server, { connector });
    expect(started.attempt).toMatchObject({ auth: 'qr', state: 'starting' });
    const showing = await until(started, ({ qr }) => qr !== undefined);
    expect(showing).toMatchObject({
      state: 'waiting',
      qr: { refreshed: 0, refreshes: expect.any(Number) },
    });
    expect(Date.parse(showing.qr?.expires_at ?? '')).toBeGreaterThan(
      Date.parse(showing.server_time),
    );
    const [head, data = ''] = showing.qr?.image.split(',') ?? [];
    expect(head).toBe('data:image/png;base64');
    expect(Buffer.from(data, 'base64').subarray(1, 4).toString()).toBe('PNG');

    await usePhone(server, { service: connector, change: 'scan', number: '5511987654321' });
    const connected = await until(started, ({ state }) => state === 'connected');
    expect(connected).toMatchObject({
      account: { external_id: expect.stringContaining('5511987654321'), name: 'Ana Support' },
      channel: { phone: '+5511987654321', is_multidevice_mode_on: 1, connector },
    });
    expect(connected.qr).toBeUndefined();
    expect((await readSettings(server)).channels).toHaveLength(1);
  });

  test('that is cancelled has its session ended at the service', async () => {
    const started = await begin(server, { connector });
    await until(started, ({ qr }) => qr !== undefined);
    expect(await phoneSessions(server)).toHaveLength(1);
    await server.api('DELETE', `/messenger/attempts/${started.attempt.id}`);
    await server.waitFor(async () => (await phoneSessions(server)).length === 0);
  });

  test('offers a pairing code beside the QR code', async () => {
    const started = await begin(server, { connector });
    await until(started, ({ qr }) => qr !== undefined);
    const refused = await submit(server, started.attempt.id, { values: { phone: 'no number' } });
    expect(refused.body.error).toMatchObject({
      code: 'validation_failed',
      fields: [{ path: 'values.phone', code: 'invalid' }],
    });
    const answer = await submit(server, started.attempt.id, { values: { phone: '5511987654321' } });
    expect(answer.status).toBe(200);
    expect(answer.body.attempt.pairing_code).toMatch(/^[A-Z0-9]{4}-?[A-Z0-9]{4}$/);
    await server.api('DELETE', `/messenger/attempts/${started.attempt.id}`);
  });
});

test('a refused code ends the attempt as expired, and its session', async () => {
  const started = await begin(server, { connector: 'waha' });
  await until(started, ({ qr }) => qr !== undefined);
  await usePhone(server, { service: 'waha', change: 'refuse' });
  const over = await until(started, ({ state }) => state === 'expired');
  expect(over.reason).toBe('timed_out');
});

test('the service is asked at most once in two seconds, however many look', async () => {
  const started = await begin(server, { connector: 'waha' });
  await until(started, ({ qr }) => qr !== undefined);
  const asked = () =>
    server.emulator.requests({ method: 'GET', path: '/__services/waha/api/sessions/*' }).length;
  const before = asked();
  const began = performance.now();
  await Promise.all(Array.from({ length: 20 }, () => pollAttempt(server, started)));
  const roundsOver = Math.floor((performance.now() - began) / 2_000);
  expect(asked() - before).toBeLessThanOrEqual(1 + roundsOver);
  await server.api('DELETE', `/messenger/attempts/${started.attempt.id}`);
});

test('a service that does not answer for a moment does not end the attempt', async () => {
  const started = await begin(server, { connector: 'waha' });
  await until(started, ({ qr }) => qr !== undefined);
  server.emulator.fault({
    match: { path: '/__services/waha/*' },
    action: { status: 502 },
    times: 0,
  });
  await until(started, ({ reason }) => reason === 'service_unreachable');
  server.emulator.clearFaults();
  const back = await until(started, ({ reason }) => reason === undefined);
  expect(back.state).toBe('waiting');
  await server.api('DELETE', `/messenger/attempts/${started.attempt.id}`);
});

test('a service that cannot begin fails the start with its own code', async () => {
  server.emulator.fault({
    match: { path: '/__services/waha/*' },
    action: { status: 502 },
    times: 0,
  });
  const answer = await server.api('POST', '/messenger/channels', {
    key: 'down',
    body: { connector: 'waha' },
  });
  expect([answer.status, answer.body.error.code]).toEqual([502, 'connector_unavailable']);
});

test('the wrong number on reconnect is asked about; a no ends only the new session', async () => {
  const channel = await connect('5511987654321');
  const started = await begin(server, { connector: 'waha', channel_id: channel.id });
  await until(started, ({ qr }) => qr !== undefined);
  await usePhone(server, {
    service: 'waha',
    change: 'scan',
    session: `kommo-${started.attempt.id}`,
    number: '34600111222',
  });
  const asked = await until(started, ({ state }) => state === 'confirm');
  expect(asked).toMatchObject({ reason: 'different_account', account: { name: 'Somebody else' } });
  await server.api('DELETE', `/messenger/attempts/${started.attempt.id}`);
  await server.waitFor(async () => (await phoneSessions(server)).length === 1);
  expect((await readSettings(server)).channels).toEqual([channel]);
});

test('the same number on reconnect replaces the session and ends the old one', async () => {
  const channel = await connect('5511987654321');
  const [old] = await phoneSessions(server);
  const started = await begin(server, { connector: 'waha', channel_id: channel.id });
  await until(started, ({ qr }) => qr !== undefined);
  const session = `kommo-${started.attempt.id}`;
  await usePhone(server, { service: 'waha', change: 'scan', session, number: '5511987654321' });
  expect(await until(started, ({ state }) => state === 'connected')).toMatchObject({
    // Signing in again asks the service, too.
    channel: { ...channel, checked_at: expect.any(String) },
  });
  await server.waitFor(async () => (await phoneSessions(server)).length === 1);
  expect((await phoneSessions(server))[0]?.name).not.toBe(old?.name);
});

describe('events of the service', () => {
  test('change the channel’s status when they are proven', async () => {
    const channel = await connect('5511987654321');
    const session = `kommo-${channel.id}`;
    const logout = { event: 'session.status', session, payload: { status: 'FAILED' } };
    // An event is answered before it is acted on.
    const shows = (status: string) =>
      server.waitFor(async () => (await readSettings(server)).channels[0]?.status === status);
    expect((await post(channel.id, logout)).status).toBe(204);
    await shows('action_needed');
    expect((await readSettings(server)).channels[0]).toMatchObject({
      status: 'action_needed',
      status_reason: 'scan_again',
    });
    const back = { event: 'session.status', session, payload: { status: 'WORKING' } };
    await post(channel.id, back);
    await shows('connected');
    expect((await readSettings(server)).channels[0]).toMatchObject({
      status: 'connected',
      status_reason: null,
    });
  });

  test('are refused when they are not proven, and unknown where nobody was given the address', async () => {
    const channel = await connect('5511987654321');
    const event = {
      event: 'session.status',
      session: `kommo-${channel.id}`,
      payload: { status: 'FAILED' },
    };
    const forged = await post(channel.id, event, 'forged');
    expect([forged.status, forged.body.error.code]).toEqual([403, 'signature_invalid']);
    expect((await post('6f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11', event, 'x')).status).toBe(404);
    expect((await post('nobody', event, 'x')).status).toBe(404);
    expect((await readSettings(server)).channels[0]?.status).toBe('connected');
  });

  test('make an open attempt ask again at once', async () => {
    const started = await begin(server, { connector: 'waha' });
    await until(started, ({ qr }) => qr !== undefined);
    await usePhone(server, { service: 'waha', change: 'scan' });
    const forged = await post(started.attempt.id, { event: 'session.status' }, 'forged');
    expect(forged.status).toBe(403);
    await until(started, ({ state }) => state === 'connected');
  });
});

test('a phone that removed the device shows at the next check', async () => {
  const channel = await connect('5511987654321');
  await usePhone(server, { service: 'waha', change: 'log_out' });
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ checked_at: new Date(0) })
    .execute();
  await server.waitFor(
    async () => (await readSettings(server)).channels[0]?.status === 'action_needed',
    25_000,
  );
  expect((await readSettings(server)).channels[0]).toMatchObject({
    id: channel.id,
    status_reason: 'scan_again',
  });
});

async function connect(number: string) {
  const started = await begin(server, { connector: 'waha' });
  await until(started, ({ qr }) => qr !== undefined);
  await usePhone(server, { service: 'waha', change: 'scan', number });
  const { channel } = await until(started, ({ state }) => state === 'connected');
  if (!channel) throw new Error('A connected attempt has its channel.');
  return channel;
}

/** Looks until it is so. Does not sit out the pause between two questions, as an event of the service would not. */
function until(started: Started, isReached: (attempt: Attempt) => boolean): Promise<Attempt> {
  return server.waitFor(async () => {
    await allowChecksNow(server.context.db, started.attempt.id);
    const attempt = await pollAttempt(server, started);
    return isReached(attempt) ? attempt : undefined;
  });
}

/** Posts an event as WAHA does, signed with the channel's own secret unless another signature is given. */
async function post(id: string, event: object, signature?: string) {
  const body = JSON.stringify(event);
  const answer = await fetch(`${server.url}/connect/webhooks/waha/${id}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-webhook-hmac': signature ?? (await sign(id, body)),
    },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function sign(channelId: string, body: string): Promise<string> {
  const secrets = await findChannelSecrets(server.context.db, server.context.secrets, channelId);
  return createHmac('sha512', secrets?.webhookSecret ?? '')
    .update(body)
    .digest('hex');
}
