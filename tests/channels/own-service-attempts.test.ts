import { createHmac } from 'node:crypto';
import type { Attempt } from '../../src/contract/api.ts';
import { begin, disconnectAll, pollAttempt, readSettings, submit } from '../support/channels.ts';
import { PUBLIC_URL } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

/** Nobody listens there, and nobody has to while a service is being connected. */
const VALUES = { name: 'Site chat', callback_url: 'http://127.0.0.1:9/kommo' };

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ env: { API_CHANNELS: 'on' } });
  await server.install();
});
afterAll(() => server.close());
afterEach(() => disconnectAll(server));

async function connect(channelId?: string) {
  const to = channelId === undefined ? {} : { channel_id: channelId };
  const started = await begin(server, { connector: 'api', ...to });
  const asked = await submit(server, started.attempt.id, { values: VALUES });
  const yes = await submit(server, started.attempt.id, { confirm: true });
  return { started, asked: asked.body.attempt as Attempt, attempt: yes.body.attempt as Attempt };
}

/** What the service’s own post is answered. */
function post({ webhook_url, secret } = { webhook_url: '', secret: '' }, event: object) {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return server.api('POST', webhook_url.slice(PUBLIC_URL.length), {
    token: null,
    body: event,
    headers: { 'x-timestamp': timestamp, 'x-signature': `v1=${signature}` },
  });
}

const typing = {
  type: 'typing',
  conversation: { id: 'c-1' },
  person: { id: 'p-1', name: 'Ana' },
  timestamp_ms: 1_763_812_800_000,
};

describe('a service of one’s own', () => {
  test('is offered with its two fields', async () => {
    const { connectors } = await readSettings(server);
    expect(connectors.find(({ id }) => id === 'api')).toMatchObject({
      auth: 'api_key',
      carries_messages: true,
      fields: [{ name: 'name' }, { name: 'callback_url', type: 'url' }],
    });
  });

  test('gets its address and secret in the answer that connects it, and nowhere else', async () => {
    const { started, asked, attempt } = await connect();
    expect(asked).toMatchObject({ state: 'confirm', account: { name: 'Site chat' } });
    expect(asked).not.toHaveProperty('setup');
    expect(attempt.setup).toEqual({
      webhook_url: `${PUBLIC_URL}/connect/webhooks/api/${attempt.channel?.id}`,
      secret: expect.stringMatching(/^[\w-]{43}$/),
    });
    const later = [
      await pollAttempt(server, started),
      (await submit(server, started.attempt.id, { confirm: true })).body,
      await readSettings(server),
    ];
    expect(JSON.stringify(later)).not.toContain(attempt.setup?.secret);
  });

  test('posts with that secret; an event nobody can read is refused with the value at fault', async () => {
    const { attempt } = await connect();
    expect((await post(attempt.setup, typing)).status).toBe(204);
    const refused = await post(attempt.setup, { ...typing, person: { id: 'p-1' } });
    expect([refused.status, refused.body.error]).toEqual([
      422,
      expect.objectContaining({
        code: 'validation_failed',
        fields: [{ path: 'person.name', code: 'invalid', reason: 'must be a text' }],
      }),
    ]);
    const forged = await post(
      { webhook_url: attempt.setup?.webhook_url ?? '', secret: 'x' },
      typing,
    );
    expect([forged.status, forged.body.error.code]).toEqual([403, 'signature_invalid']);
  });

  test('keeps its address and gets another secret when it is connected again', async () => {
    const first = (await connect()).attempt;
    const second = (await connect(first.channel?.id)).attempt;
    expect(second.channel?.id).toBe(first.channel?.id);
    expect(second.setup?.webhook_url).toBe(first.setup?.webhook_url);
    expect(second.setup?.secret).not.toBe(first.setup?.secret);
    expect((await post(first.setup, typing)).status).toBe(403);
    expect((await post(second.setup, typing)).status).toBe(204);
  });
});
