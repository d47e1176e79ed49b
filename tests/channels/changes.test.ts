import { randomUUID } from 'node:crypto';
import type { Channel, StatusChange } from '../../src/contract/api.ts';
import { recordHealth } from '../../src/server/channels/health/channel-health.ts';
import type { Health } from '../../src/server/connectors/connector.ts';
import { connectBot } from '../support/channels.ts';
import { startQuietServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;
let channel: Channel;

beforeAll(async () => {
  server = await startQuietServer('demo');
  channel = await connectBot(server, 1);
});
afterAll(() => server.close());

async function history(): Promise<StatusChange[]> {
  const { status, body } = await server.api('GET', `/messenger/channels/${channel.id}/history`);
  expect(status).toBe(200);
  return body._embedded.history;
}

function record(status: Health['status'], reason: Health['reason'] = null): Promise<void> {
  return recordHealth(server.context, channel, { status, reason }, new Date());
}

test('the history begins with the channel, and lists each change once, the newest first', async () => {
  expect(await history()).toEqual([
    { status: 'connected', status_reason: null, at: expect.any(String) },
  ]);
  await record('connected');
  await record('error', 'service_unreachable');
  await record('error', 'service_unreachable');
  await record('error', 'service_error');
  await record('connected');
  expect((await history()).map(({ status, status_reason: reason }) => [status, reason])).toEqual([
    ['connected', null],
    ['error', 'service_error'],
    ['error', 'service_unreachable'],
    ['connected', null],
  ]);
  const times = (await history()).map(({ at }) => Date.parse(at));
  expect(times).toEqual(times.toSorted((one, other) => other - one));
});

test('the newest 20 changes of a channel are kept, also when several come at the same time', async () => {
  await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      record(index % 2 === 0 ? 'error' : 'connected', index % 2 === 0 ? 'service_error' : null),
    ),
  );
  for (let count = 0; count < 25; count += 1) {
    await record('error', 'service_error');
    await record('phone_offline', 'phone_offline');
  }
  expect(await history()).toHaveLength(20);
  const rows = await tablesOf(server.context.db)
    .selectFrom('channel_changes')
    .selectAll()
    .execute();
  expect(rows).toHaveLength(20);
});

test('with its channel, its history is gone', async () => {
  await server.api('DELETE', `/messenger/channels/${channel.id}`, { key: randomUUID() });
  const { status } = await server.api('GET', `/messenger/channels/${channel.id}/history`);
  expect(status).toBe(404);
  const rows = await tablesOf(server.context.db)
    .selectFrom('channel_changes')
    .selectAll()
    .execute();
  expect(rows).toEqual([]);
});
