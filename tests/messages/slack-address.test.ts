import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { sql } from 'kysely';
import type { Channel } from '../../src/contract/api.ts';
import { tokenOf } from '../support/channels.ts';
import { OTHER, testEnvironment } from '../support/config.ts';
import { connectWorkspace } from '../support/connect-services.ts';
import { slackMember } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { allDone, saveAll, storedMessages } from './chats.ts';
import { postToSlackUrl, TEAM } from './slack-chats.ts';

/** The app's one address, as strangers, Slack's retries and bad days treat it. */

/** Slack waits no longer, and repeats then. */
const PATIENCE_MS = 3_000;

let server: TestServer;
let control: ReturnType<typeof slackMember>;
let first: Channel;
let second: Channel;
let last = 0;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  await server.install('other');
  first = await connectWorkspace(server, TEAM);
  const token = tokenOf(server, OTHER.subdomain, OTHER.admin);
  second = await connectWorkspace(server, TEAM, { token });
  await saveAll(server);
  await saveAll(server, 'other');
  control = slackMember(server.emulator);
});
afterAll(() => server.close());

interface Sample {
  event_id: string;
  event: { channel: string; text: string; ts: string };
}

/** A text of a member of the workspace that both accounts have connected. */
function eventOf(text: string, { channel = '', team = TEAM } = {}): Sample & object {
  last += 1;
  return {
    ...{ type: 'event_callback', team_id: team, event_id: `Ev${randomUUID().replaceAll('-', '')}` },
    authorizations: [{ team_id: team, user_id: 'U0BOT', is_bot: true }],
    event: {
      ...{ type: 'message', channel_type: 'im', user: 'U0STRANGER', text },
      channel: channel || `D0NEW${last}`,
      ts: `${Math.floor(Date.now() / 1_000)}.${String(last).padStart(6, '0')}`,
    },
  } as Sample & object;
}

/** Posts bytes with headers as they stand, names twice if need be. */
function postRaw(
  body: string,
  headers: string[],
  { method = 'POST', path = '/connect/webhooks/slack/events' } = {},
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    body: string;
    headers: Record<string, unknown>;
  }>();
  const { port, host } = new URL(server.url);
  const sent = request(
    {
      ...{ host: '127.0.0.1', port, path, method },
      headers: ['host', host, 'content-length', String(Buffer.byteLength(body)), ...headers],
    },
    async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status: answer.statusCode ?? 0, body: text, headers: answer.headers });
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

function proofOf(body: string): { timestamp: string; signature: string } {
  const secret = testEnvironment(server.emulator.port).SLACK_SIGNING_SECRET ?? '';
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { timestamp, signature: `v0=${mac}` };
}

async function storedOf({ event }: Sample): Promise<{ channel_id: string }[]> {
  return await tablesOf(server.context.db)
    .selectFrom('messages')
    .select('channel_id')
    .where('key', '=', `${event.channel}:${event.ts}`)
    .execute();
}

describe('what a stranger posts', () => {
  test.each([
    [
      'a second signature',
      (p: { timestamp: string; signature: string }) => [
        ...['x-slack-request-timestamp', p.timestamp],
        ...['x-slack-signature', 'v0=0', 'x-slack-signature', p.signature],
      ],
    ],
    [
      'a second time',
      (p: { timestamp: string; signature: string }) => [
        ...['x-slack-request-timestamp', p.timestamp, 'x-slack-request-timestamp', '1'],
        ...['x-slack-signature', p.signature],
      ],
    ],
    ['no header at all', () => []],
  ])('with %s is refused alike', async (_what, headersFor) => {
    const body = JSON.stringify(eventOf('Forged'));
    const answer = await postRaw(body, headersFor(proofOf(body)));
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: 'signature_invalid', request_id: expect.any(String) },
    });
  });

  test.each([
    ['/connect/webhooks/waha/events', 404],
    ['/connect/webhooks/nobody/events', 404],
    ['/connect/webhooks/slack/EVENTS', 404],
    ['/connect/webhooks/slack/event', 404],
    ['/connect/webhooks/slack/__proto__', 404],
    ['/connect/webhooks/__proto__/events', 404],
  ])('to %s is told nothing', async (path, status) => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'give it back' });
    const { timestamp, signature } = proofOf(body);
    const headers = ['x-slack-request-timestamp', timestamp, 'x-slack-signature', signature];
    const answer = await postRaw(body, headers, { path });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body).error.code).toBe('not_found');
  });

  test('to the address of a channel is told nothing either', async () => {
    const body = JSON.stringify(eventOf('Forged'));
    const { timestamp, signature } = proofOf(body);
    const headers = ['x-slack-request-timestamp', timestamp, 'x-slack-signature', signature];
    const path = `/connect/webhooks/slack/${first.id}`;
    expect((await postRaw(body, headers, { path })).status).toBe(404);
  });

  test('is refused for its size before it is proven', async () => {
    const answer = await postRaw('x'.repeat(4 * 1024 * 1024 + 1), []);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body).error.code).toBe('body_too_large');
  });

  test('by other methods is told nothing', async () => {
    expect((await postRaw('', [], { method: 'GET' })).status).toBe(405);
  });
});

describe('what Slack posts', () => {
  test.each([
    [['content-type', 'application/json; charset=utf-8']],
    [['content-type', 'application/x-www-form-urlencoded']],
    [['content-type', 'text/plain']],
    [[]],
  ])('counts by its bytes, whatever it says it is: %j', async (type) => {
    const event = eventOf('By its bytes');
    const body = JSON.stringify(event);
    const { timestamp, signature } = proofOf(body);
    const answer = await postRaw(body, [
      ...['x-slack-request-timestamp', timestamp, 'x-slack-signature', signature],
      ...type,
    ]);
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(await storedOf(event)).toHaveLength(2);
  });

  test('is stored once for each account, however often and at once it comes', async () => {
    const event = eventOf('Only once');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => postToSlackUrl(server, event)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await storedOf(event)).toHaveLength(2);
  });

  test.each([
    { type: 'event_callback' },
    { type: 'event_callback', team_id: TEAM, event: null },
    { type: 'event_callback', team_id: TEAM, event: { type: 'message', channel: 'D1' } },
    { type: 'event_callback', team_id: { a: 1 }, event: { type: 'message' } },
    { type: 'event_callback', team_id: TEAM, authorizations: 'all' },
    { type: 'app_rate_limited', team_id: TEAM },
    { type: 'block_actions' },
    [],
  ])('and means nothing to us is taken: %j', async (event) => {
    expect((await postToSlackUrl(server, event)).status).toBe(204);
  });

  test('in a burst is taken, all of it', async () => {
    const events = Array.from({ length: 80 }, (_, at) => eventOf(`Burst ${at}`));
    const answers = await Promise.all(events.map((event) => postToSlackUrl(server, event)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    const stored = await Promise.all(events.map(storedOf));
    expect(stored.every((rows) => rows.length === 2)).toBe(true);
    await allDone(server);
  });

  test('is answered while Slack itself does not answer us', async () => {
    await control.order('refuse', { method: 'users.info', action: 'hang', times: 2 });
    const event = eventOf('Who am I?');
    const began = performance.now();
    expect((await postToSlackUrl(server, event)).status).toBe(204);
    expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
    expect(await storedOf(event)).toHaveLength(2);
    server.emulator.clearFaults();
  });

  test('reaches one account while the other cannot store it', async () => {
    const known = eventOf('First');
    await postToSlackUrl(server, known);
    for (const blocked of [first, second]) {
      const event = eventOf('Second', { channel: known.event.channel });
      const free = blocked === first ? second : first;
      const release = await refuseMessagesOf(blocked.id);
      const answer = await postToSlackUrl(server, event);
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(await storedOf(event)).toEqual([{ channel_id: free.id }]);
      await release();
      // As Slack repeats it.
      expect((await postToSlackUrl(server, event)).status).toBe(204);
      expect(await storedOf(event)).toHaveLength(2);
    }
  });

  test('goes on to one account when the other has uninstalled', async () => {
    const told = await server.emulator.disable(OTHER.subdomain);
    expect(told).toEqual([200]);
    await server.waitFor(async () => {
      const event = eventOf('Still there?');
      expect((await postToSlackUrl(server, event)).status).toBe(204);
      const rows = await storedOf(event);
      return rows.length === 1 && rows[0]?.channel_id === first.id;
    });
    const { body } = await server.api('GET', '/messenger/channels');
    expect(body._embedded.channels[0].status).toBe('connected');
  });
});

/** The database keeps no message of this channel. @returns ends it */
async function refuseMessagesOf(channelId: string): Promise<() => Promise<void>> {
  const { db } = server.context;
  const added = sql`alter table messages add constraint refused
    check (channel_id <> ${sql.lit(channelId)}::uuid) not valid`;
  await added.execute(db);
  return async () => void (await sql`alter table messages drop constraint refused`.execute(db));
}

test('no secret and no word stands in a log', async () => {
  const logs = server.logs.join('');
  const { SLACK_SIGNING_SECRET: secret = '' } = testEnvironment(server.emulator.port);
  for (const word of [
    secret,
    'xoxb-',
    'By its bytes',
    'Only once',
    'Burst',
    'U0STRANGER',
    'Forged',
  ]) {
    expect(logs).not.toContain(word);
  }
  expect(await storedMessages(server)).not.toHaveLength(0);
});
