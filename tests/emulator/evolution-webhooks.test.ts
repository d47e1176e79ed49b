import { createHmac } from 'node:crypto';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type Listener, listen } from '../support/emulator-client.ts';
import {
  BEATRIZ,
  BUSINESS,
  type EvolutionEvent,
  eventsOf,
  evolutionServer,
} from '../support/evolution.ts';
import { waitFor } from '../support/wait-for.ts';

interface Verdict {
  troubled: { event: string; tries: number; state: string; last_error: string | null }[];
}

describe('webhooks of the emulated Evolution API', () => {
  let emulator: Emulator;
  let server: ReturnType<typeof evolutionServer>;
  let backend: Listener;
  /** What the webhook answers; taken from the front, 200 when there is none left. */
  let answers: number[];

  beforeAll(async () => {
    emulator = await createEmulator();
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    answers = [];
    backend = await listen(() => answers.shift() ?? 200, '/hook');
    server = evolutionServer(emulator);
    await server.link();
  });
  afterEach(() => backend.close());

  const want = (more: object = {}) =>
    server.setWebhook({ url: `${backend.url}/hook`, events: ['MESSAGES_UPSERT'], ...more });
  const troubled = async () => ((await server.control('evolution/judge')) as Verdict).troubled;
  const words = () =>
    backend.received.map(
      ({ body }) => (JSON.parse(body) as EvolutionEvent).data.message.conversation,
    );

  test('carry the own headers, and the instance’s key in clear', async () => {
    await want({ headers: { 'x-webhook-secret': 's3cret' } });
    const { message_id: id } = await server.act('send', { text: 'Oi' });
    const [event] = await eventsOf(backend, 'messages.upsert');
    const [{ token }] = (await server.ask('GET', '/instance/fetchInstances')).json as [
      { token: string },
    ];
    expect(event).toEqual({
      event: 'messages.upsert',
      instance: 'shop',
      data: expect.objectContaining({ key: expect.objectContaining({ id }) }),
      destination: `${backend.url}/hook`,
      date_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      sender: `${BUSINESS}@s.whatsapp.net`,
      server_url: `${emulator.url}/__services/evolution`,
      apikey: token,
    });
    expect(backend.received[0]).toMatchObject({
      method: 'POST',
      url: '/hook',
      headers: { 'x-webhook-secret': 's3cret', 'content-type': 'application/json' },
    });
    await server.control('evolution/settings', { expose_key: false });
    await server.act('send', { text: 'Again' });
    expect((await eventsOf(backend, 'messages.upsert', 2))[1]?.apikey).toBeNull();
  });

  test('carry a token signed with `jwt_key` instead of the key', async () => {
    await want({ headers: { jwt_key: 'key-of-the-hook' } });
    await server.act('send', { text: 'Oi' });
    await eventsOf(backend, 'messages.upsert');
    const headers = backend.received[0]?.headers ?? {};
    expect(headers).not.toHaveProperty('jwt_key');
    const [head = '', body = '', signature = ''] = (headers.authorization ?? '')
      .replace(/^Bearer /, '')
      .split('.');
    expect(signature).toBe(
      createHmac('sha256', 'key-of-the-hook').update(`${head}.${body}`).digest('base64url'),
    );
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    expect(claims).toMatchObject({ app: 'evolution', action: 'webhook' });
    expect(claims.exp - claims.iat).toBe(600);
  });

  test('go to an address of each event’s own when asked', async () => {
    await want({ byEvents: true });
    await server.act('send', { text: 'Oi' });
    const [event] = await eventsOf(backend, 'messages.upsert');
    expect(backend.received[0]?.url).toBe('/hook/messages-upsert');
    expect(event?.destination).toBe(`${backend.url}/hook`);
  });

  test('are told of the events they want, and of no others', async () => {
    await want({ events: ['PRESENCE_UPDATE'] });
    await server.act('send', { text: 'Oi' });
    await server.act('presence', { presence: 'composing' });
    await eventsOf(backend, 'presence.update');
    expect(backend.received).toHaveLength(1);
    await server.setWebhook({ url: `${backend.url}/hook` });
    await server.act('send', { text: 'Oi' });
    await eventsOf(backend, 'messages.upsert');
    await eventsOf(backend, 'contacts.update');
  });

  test.each([400, 401, 403, 404, 422])('are lost for ever on %d', async (status) => {
    await server.control('evolution/settings', { pause_factor: 0.001 });
    await want();
    // A connection may break once; what is refused then is the next try.
    answers = Array<number>(3).fill(status);
    await server.act('send', { text: 'lost' });
    await waitFor(async () => (await troubled())[0]?.state === 'refused');
    const tries = words().length;
    answers = [];
    await server.act('send', { text: 'next' });
    await eventsOf(backend, 'messages.upsert', tries + 1);
    expect(words()).toEqual([...Array<string>(tries).fill('lost'), 'next']);
  });

  test('come again after 5 seconds and more, up to ten times', async () => {
    await server.control('evolution/settings', { pause_factor: 0.0005 });
    answers = [500, 503, 429];
    await want();
    await server.act('send', { text: 'late' });
    await waitFor(async () => (await troubled())[0]?.state === 'taken', undefined, troubled);
    expect(words()).toEqual(['late', 'late', 'late', 'late']);
    answers = Array<number>(10).fill(503);
    await server.act('send', { text: 'never' });
    await waitFor(async () => (await troubled())[1]?.state === 'given_up');
    expect(words().filter((word) => word === 'never')).toHaveLength(10);
    expect((await troubled())[1]).toMatchObject({ tries: 10, last_error: 'status 503' });
  });

  test('are lost with the process that wanted to repeat them', async () => {
    answers = [500];
    await want();
    await server.act('send', { text: 'forgotten' });
    await waitFor(async () => (await troubled())[0]?.state === 'waiting');
    await server.control('evolution/restart', {});
    expect(await troubled()).toMatchObject([{ tries: 1, state: 'lost' }]);
    await server.act('send', { text: 'after' });
    await eventsOf(backend, 'messages.upsert', 2);
    expect(words()).toEqual(['forgotten', 'after']);
  });

  test('are forgotten with a reset, also those under way', async () => {
    const held = Promise.withResolvers<number>();
    const slow = await listen(() => held.promise, '/hook');
    await want({ url: `${slow.url}/hook` });
    await server.act('send', { text: 'before' });
    await waitFor(() => slow.received.length === 1);
    emulator.reset();
    await server.link();
    held.resolve(500);
    await slow.close();
    await want();
    await server.act('send', { text: 'after' });
    await eventsOf(backend, 'messages.upsert');
    expect(words()).toEqual(['after']);
    expect(await troubled()).toEqual([]);
  });

  test('overtake each other and come several times on request', async () => {
    await want();
    await server.control('evolution/settings', { reorder: true });
    await server.act('send', { text: 'first' });
    await server.act('send', { text: 'second' });
    await eventsOf(backend, 'messages.upsert', 2);
    expect(words()).toEqual(['second', 'first']);
    await server.control('evolution/settings', { reorder: false, repeats: 2 });
    await server.act('send', { text: 'thrice' });
    await eventsOf(backend, 'messages.upsert', 5);
    expect(words().slice(2)).toEqual(['thrice', 'thrice', 'thrice']);
  });

  test('bring what was written while the server had no connection', async () => {
    await want();
    const phone = (change: string) =>
      fetch(`${emulator.url}/__services/phone`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ service: 'evolution', session: 'shop', change }),
      });
    await phone('go_offline');
    await server.act('send', { text: 'meanwhile' });
    const refused = await server.send('sendText', { number: BEATRIZ.phone, text: 'Hello' });
    expect(refused.json).toMatchObject({ status: 500, response: { message: 'Connection Closed' } });
    expect(backend.received).toEqual([]);
    await phone('go_online');
    await eventsOf(backend, 'messages.upsert');
    expect(words()).toEqual(['meanwhile']);
  });
});
