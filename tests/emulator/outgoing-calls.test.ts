import { fileURLToPath } from 'node:url';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call, type Listener, listen } from '../support/emulator-client.ts';

const sample = (name: string) => fileURLToPath(new URL(`widgets/${name}`, import.meta.url));

/** Claims of a token, unproven. */
function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

describe("calls of the widget's own addresses", () => {
  let backend: Listener;
  let emulator: Emulator;
  const page = { cookie: 'emulator_user=8001', 'x-requested-with': 'XMLHttpRequest' };

  beforeAll(async () => {
    backend = await listen();
  });
  afterAll(() => backend.close());
  beforeEach(() => {
    backend.received.length = 0;
  });
  afterEach(() => emulator.close());

  async function start(widget?: string): Promise<void> {
    emulator = await createEmulator(widget === undefined ? {} : { widget: sample(widget) });
    emulator.useBackend('https://example.com', backend.url);
  }

  const post = (path: string, json: unknown = {}, headers: Record<string, string> = page) =>
    call(emulator, path, { json, headers });
  const addTrigger = (settings: object = { message: 'Hi' }) => {
    const [stage] = emulator.state.accounts[0]?.pipelines[0]?.statuses ?? [];
    return post('/ajax/emulator/triggers', { status_id: stage?.id, settings });
  };

  test('a trigger of the digital pipeline posts its event to dp.webhook_url as a form', async () => {
    await start('pipeline-tools');
    const added = (await addTrigger()).json as { id: number; status_id: number };
    const tried = await post(`/ajax/emulator/triggers/${added.id}/try`);
    expect(tried.json).toEqual({ status: 200 });
    const [hook] = backend.received;
    expect([hook?.method, hook?.url]).toEqual(['POST', '/hook']);
    expect(hook?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(hook?.body))).toEqual({
      'event[type]': '15',
      'event[type_code]': 'lead_appeared_in_status',
      'event[data][id]': '501',
      'event[data][element_type]': '2',
      'event[data][status_id]': String(added.status_id),
      'event[data][pipeline_id]': '7001',
      'event[data][direction_of_movement]': 'went_to_trigger',
      'event[time]': expect.stringMatching(/^\d{10}$/),
      'action[settings][widget][settings][message]': 'Hi',
      subdomain: 'demo',
      account_id: '31263018',
    });
  });

  test('an event sets off the triggers of its stage, as JSON when told to', async () => {
    await start('pipeline-tools');
    emulator.setSwitches({ pipelineWebhookBody: 'json' });
    const { status_id } = (await addTrigger()).json as { status_id: number };
    const event = { account: 'demo', event: 'customer_added', element_id: 801 };
    expect((await post('/__emulator/trigger', { ...event, status_id: 1 })).json).toEqual({
      statuses: [],
    });
    expect((await post('/__emulator/trigger', { ...event, status_id })).json).toEqual({
      statuses: [200],
    });
    expect(JSON.parse(backend.received[0]?.body ?? '')).toMatchObject({
      event: {
        type: 20,
        type_code: 'customer_added',
        data: { id: 801, element_type: 12, status_id },
      },
      action: { settings: { widget: { settings: { message: 'Hi' } } } },
    });
    expect((await post('/__emulator/trigger', { ...event, event: 'rain' })).status).toBe(400);
  });

  test('a trigger belongs to a stage of its account and to who is logged in', async () => {
    await start('pipeline-tools');
    expect((await post('/ajax/emulator/triggers', { status_id: 1 })).status).toBe(404);
    expect((await post('/ajax/emulator/triggers/1/try')).status).toBe(404);
    expect((await post('/ajax/emulator/triggers', {}, {})).status).toBe(401);
  });

  test('a trigger of a widget without webhook_url calls nobody', async () => {
    await start('card-tools');
    const { id } = (await addTrigger()).json as { id: number };
    expect((await post(`/ajax/emulator/triggers/${id}/try`)).json).toEqual({ status: null });
    expect(backend.received).toEqual([]);
  });

  test("Kommo's own text messages go to sms.endpoint with a token that names the account", async () => {
    await start('card-tools');
    const message = { account: 'demo', phone: '+12025550101', text: 'Your code: 834622' };
    expect((await post('/__emulator/sms', message)).json).toEqual({ status: 200 });
    const [hook] = backend.received;
    expect([hook?.method, hook?.url]).toEqual(['POST', '/sms']);
    const form = new URLSearchParams(hook?.body);
    expect([form.get('phone'), form.get('text')]).toEqual([message.phone, message.text]);
    expect(claimsOf(form.get('token') ?? '')).toMatchObject({
      iss: 'https://demo.kommo.com',
      account_id: 31263018,
    });
    await emulator.close();
    await start('pipeline-tools');
    expect((await post('/__emulator/sms', message)).json).toEqual({
      error: 'sms.endpoint: the manifest names no address',
    });
  });
});

describe('the API under /ajax/v4', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator();
    emulator.setSwitches({ rateLimit: 0 });
  });
  afterAll(() => emulator.close());

  test.each(['/account', '/users', '/leads/pipelines', '/leads/501', '/chats/templates'])(
    'answers %s to who is logged in as the other one does',
    async (path) => {
      const headers = { cookie: 'emulator_user=8001' };
      const twin = await call(emulator, `/ajax/v4${path}`, { headers });
      const api = await call(emulator, `/api/v4${path}`, { headers });
      expect([twin.status, twin.text]).toEqual([api.status, api.text]);
      expect([200, 204]).toContain(twin.status);
    },
  );

  test('looks at no token', async () => {
    emulator.useBackend('http://127.0.0.1:1');
    const token = emulator.disposableToken('demo');
    expect((await call(emulator, '/ajax/v4/account', { token })).status).toBe(401);
    const headers = { cookie: 'emulator_user=8002' };
    expect((await call(emulator, '/ajax/v4/account', { token, headers })).status).toBe(200);
    expect((await call(emulator, '/ajax/v4/users', { token, headers })).status).toBe(403);
  });
});
