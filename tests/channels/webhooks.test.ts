import { createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { QueryId, RootOperationNode } from 'kysely';
import { findAttempt } from '../../src/server/channels/attempts/rows.ts';
import { begin, connectBot } from '../support/channels.ts';
import { startQuietServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let attemptId: string;
let secret: string;

beforeAll(async () => {
  // Sweeps that rest leave the counted queries alone.
  server = await startQuietServer('demo');
  attemptId = (await begin(server, { connector: 'waha' })).attempt.id;
  const { db, secrets } = server.context;
  secret = (await findAttempt(db, secrets, attemptId))?.webhookSecret ?? '';
});
afterAll(() => server.close());

test.each([
  ['an unknown id', () => `waha/${randomUUID()}`],
  ['an id that is none', () => 'waha/nobody'],
  ['a service that is not offered', () => `icq/${randomUUID()}`],
  ['another service’s attempt', () => `evolution/${attemptId}`],
])('%s is answered before its body is read', async (_what, address) => {
  const answer = await sendHeadOnly(`/connect/webhooks/${address()}`, 1024 * 1024);
  expect(answer).toMatch(/^HTTP\/1\.1 404 [\s\S]*"code":"not_found"/);
});

test('the address of a channel of another service is unknown, too', async () => {
  const { id } = await connectBot(server, 1);
  const answer = await sendHeadOnly(`/connect/webhooks/waha/${id}`, 1024);
  expect(answer).toMatch(/^HTTP\/1\.1 404 /);
});

test.each([
  ['unknown', () => randomUUID(), 404],
  ['not proven', () => attemptId, 403],
])('an event that is %s costs one query', async (_what, id, status) => {
  const queries = countQueries();
  expect((await post(id(), Buffer.from('{}'), 'forged')).status).toBe(status);
  expect(queries.stop()).toEqual([LOOK_UP]);
});

test('a proven event is looked up with one query; what it means is seen to after the answer', async () => {
  const body = Buffer.from(JSON.stringify({ event: 'session.status', session: 'x' }));
  const held = server.emulator.barrier({ path: '/__services/waha/*' }, 1, 'manual');
  const queries = countQueries();
  expect((await post(attemptId, body)).status).toBe(204);
  await held.arrived;
  const sent = queries.stop();
  expect(sent[0]).toEqual(LOOK_UP);
  expect(sent.filter((what) => what === LOOK_UP)).toHaveLength(1);
  held.release();
});

test('a body of more than four megabytes is refused where the address is known', async () => {
  const answer = await post(attemptId, Buffer.alloc(4 * 1024 * 1024 + 1));
  expect(answer.status).toBe(413);
});

/** Sends the head of a request whose body never comes. @returns everything that is answered */
function sendHeadOnly(path: string, length: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = '';
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`,
    ),
  );
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.on('error', () => resolve(answer));
  socket.on('close', () => resolve(answer));
  return promise;
}

function post(id: string, body: Buffer, signature?: string): Promise<Response> {
  const proof = createHmac('sha512', secret).update(body).digest('hex');
  return fetch(`${server.url}/connect/webhooks/waha/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-webhook-hmac': signature ?? proof },
    body: new Uint8Array(body),
  });
}

const LOOK_UP = 'whose address it is';

function meaningOf(node: RootOperationNode): string {
  return JSON.stringify(node).includes('prepared: webhook-owners') ? LOOK_UP : node.kind;
}

/** Notes what each query is for that the backend sends from now on. */
function countQueries(): { stop: () => string[] } {
  const { context } = server;
  const { db } = context;
  const kindOf = new WeakMap<QueryId, string>();
  const sent: string[] = [];
  context.db = db.withPlugin({
    transformQuery: ({ node, queryId }) => {
      kindOf.set(queryId, meaningOf(node));
      return node;
    },
    transformResult: async ({ result, queryId }) => {
      sent.push(kindOf.get(queryId) ?? 'unknown');
      return result;
    },
  });
  return {
    stop: () => {
      context.db = db;
      return sent;
    },
  };
}
