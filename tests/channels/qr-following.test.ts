import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { findAttempt } from '../../src/server/channels/attempts/rows.ts';
import { begin, disconnectAll, pollAttempt, readSettings } from '../support/channels.ts';
import { phoneSessions, usePhone } from '../support/phone.ts';
import { startQuietServer, startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

const NUMBER = '5511987654321';
const QUESTION = { method: 'GET', path: '/__services/waha/api/sessions/*' };

describe('with a worker', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
    await server.install();
  });
  afterAll(() => server.close());
  afterEach(() => leave(server));

  test.each(['waha', 'evolution'] as const)(
    '%s: who scans and closes the tab has the channel, though the service says nothing',
    async (connector) => {
      const { attempt } = await begin(server, { connector });
      await scan(server, connector, attempt.id);
      await letPausesPass(server);
      expect(await channels(server)).toMatchObject([{ connector, phone: `+${NUMBER}` }]);
    },
  );

  test('a service that does not answer holds back no other', async () => {
    const hanging = await begin(server, { connector: 'waha' });
    const held = server.emulator.barrier(QUESTION, 1, 'manual');
    await letPausesPass(server);
    await held.arrived;
    const { attempt } = await begin(server, { connector: 'evolution' });
    await scan(server, 'evolution', attempt.id);
    await letPausesPass(server);
    expect(await channels(server)).toMatchObject([{ connector: 'evolution' }]);
    held.release();
    await cancel(server, hanging);
  });

  test('one that cannot be opened holds back no other', async () => {
    const broken = await begin(server, { connector: 'waha' });
    await damageSession(server, broken.attempt.id);
    const { attempt } = await begin(server, { connector: 'evolution' });
    await scan(server, 'evolution', attempt.id);
    await letPausesPass(server);
    expect(await channels(server)).toMatchObject([{ connector: 'evolution' }]);
    expect(await pollAttempt(server, broken)).toMatchObject({
      state: 'failed',
      reason: 'service_error',
    });
    // Which session it was, nobody knows any more.
    await endSession(server, broken.attempt.id);
  });

  test('any number of viewers and replicas ask one question at a time', async () => {
    const { emulator, database } = server;
    const second = await startTestServer({ emulator, database });
    try {
      const started = await begin(server, { connector: 'waha' });
      const held = emulator.barrier(QUESTION, 2, 'manual');
      const before = emulator.requests(QUESTION).length;
      await server.waitFor(async () => {
        await Promise.all([pollAttempt(server, started), pollAttempt(second, started)]);
        return held.waiting() > 0;
      });
      // Whatever happens while the first is not answered, nobody asks again.
      for (let round = 0; round < 20; round += 1) {
        await Promise.all([pollAttempt(server, started), pollAttempt(second, started)]);
        await post(second, started.attempt.id);
      }
      expect(emulator.requests(QUESTION).length - before).toBe(1);
      held.release();
      await server.waitFor(async () => (await pollAttempt(second, started)).qr !== undefined);
      await cancel(server, started);
    } finally {
      await second.close();
    }
  });
});

describe('with a worker that is busy elsewhere', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startQuietServer('demo');
  });
  afterAll(() => server.close());
  afterEach(() => leave(server));

  test('an event of the service makes the channel, though nobody looks on', async () => {
    const { attempt } = await begin(server, { connector: 'waha' });
    await scan(server, 'waha', attempt.id);
    expect((await post(server, attempt.id)).status).toBe(204);
    expect(await channels(server)).toMatchObject([{ connector: 'waha', phone: `+${NUMBER}` }]);
  });

  test('an event that comes while a question is under way is followed by another question', async () => {
    const { attempt } = await begin(server, { connector: 'waha' });
    const held = server.emulator.barrier(QUESTION, 2, 'manual');
    await post(server, attempt.id);
    await server.waitFor(() => held.waiting() === 1);
    await post(server, attempt.id);
    held.release();
    const again = server.emulator.barrier(QUESTION, 1, 'auto');
    await again.arrived;
    await cancel(server, { attempt });
  });

  test('viewers ask the service nothing', async () => {
    const started = await begin(server, { connector: 'waha' });
    const before = server.emulator.requests(QUESTION).length;
    const leaving = new AbortController();
    const stream = await fetch(`${server.url}/connect/attempts/${started.attempt.id}/events`, {
      headers: { authorization: `Bearer ${started.attempt_key}` },
      signal: leaving.signal,
    });
    for (let times = 0; times < 30; times += 1) await pollAttempt(server, started);
    leaving.abort();
    await stream.text().catch(() => undefined);
    expect(server.emulator.requests(QUESTION).length).toBe(before);
    await cancel(server, started);
  });

  test('an attempt whose time is over shows as expired to viewers before the worker ends it', async () => {
    const started = await begin(server, { connector: 'waha' });
    await tablesOf(server.context.db)
      .updateTable('attempts')
      .set({ expires_at: new Date(Date.now() - 1) })
      .where('id', '=', started.attempt.id)
      .execute();
    expect(await pollAttempt(server, started)).toMatchObject({
      state: 'expired',
      reason: 'timed_out',
    });
    const stream = await fetch(`${server.url}/connect/attempts/${started.attempt.id}/events`, {
      headers: { authorization: `Bearer ${started.attempt_key}` },
    });
    expect(await stream.text()).toContain('"state":"expired"');
    await cancel(server, started);
  });
});

/** Scans as soon as there is a code, and waits until the service has linked the phone. Nobody looks on. */
async function scan(server: TestServer, service: 'waha' | 'evolution', attemptId: string) {
  const session = `kommo-${attemptId}`;
  const phase = async () =>
    (await phoneSessions(server)).find(({ name }) => name === session)?.phase;
  await server.waitFor(async () => (await phase()) === 'showing');
  await usePhone(server, { service, change: 'scan', session, number: NUMBER });
  await server.waitFor(async () => (await phase()) === 'working');
}

/** As if the seconds had passed that the worker lets pass where nobody looks on. */
async function letPausesPass(server: TestServer): Promise<void> {
  await tablesOf(server.context.db)
    .updateTable('attempts')
    .set({ next_check_at: sql<Date>`now() - interval '1 minute'` })
    .execute();
}

async function damageSession({ context: { db } }: TestServer, id: string): Promise<void> {
  await tablesOf(db)
    .updateTable('attempts')
    .set({ session: 'v1.lost.AAAA' })
    .where('id', '=', id)
    .execute();
}

/** Ends the session of an attempt at the service itself. */
async function endSession({ context }: TestServer, attemptId: string): Promise<void> {
  const { url = '', apiKey = '' } = context.config.connectors.waha ?? {};
  await fetch(`${url}/api/sessions/kommo-${attemptId}`, {
    method: 'DELETE',
    headers: { 'x-api-key': apiKey },
  });
}

function cancel(server: TestServer, { attempt }: { attempt: { id: string } }) {
  return server.api('DELETE', `/messenger/attempts/${attempt.id}`);
}

function channels(server: TestServer) {
  return server.waitFor(async () => {
    const found = (await readSettings(server)).channels;
    return found.length > 0 && found;
  });
}

/** Posts an event as WAHA does, to the address of an open attempt. */
async function post(server: TestServer, attemptId: string): Promise<Response> {
  const { db, secrets } = server.context;
  const attempt = await findAttempt(db, secrets, attemptId);
  const body = JSON.stringify({ event: 'session.status', session: `kommo-${attemptId}` });
  const proof = createHmac('sha512', attempt?.webhookSecret ?? '')
    .update(body)
    .digest('hex');
  return fetch(`${server.url}/connect/webhooks/waha/${attemptId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-webhook-hmac': proof },
    body,
  });
}

async function leave(server: TestServer): Promise<void> {
  await disconnectAll(server);
  await server.waitFor(async () => (await phoneSessions(server)).length === 0);
}
