import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { call, callChats, installed, type Listener, listen } from '../support/emulator-client.ts';

const MINUTE = 60_000;

describe('templates, widgets, webhooks and the rest of the API', () => {
  let emulator: Emulator;
  let backend: Listener;
  let token: string;
  let status = 200;

  beforeAll(async () => {
    backend = await listen(() => status);
    emulator = await createEmulator();
    emulator.useBackend(backend.url);
  });
  afterAll(async () => {
    await emulator.close();
    await backend.close();
  });
  beforeEach(async () => {
    emulator.reset();
    emulator.setSwitches({ rateLimit: 0 });
    token = (await installed(emulator)).access_token;
    backend.received.length = 0;
    status = 200;
  });

  const ask = (method: string, path: string, json?: unknown) =>
    call(emulator, `/api/v4${path}`, { method, token, json });
  const idIn = (json: unknown, key: string) =>
    (json as { _embedded: Record<string, { id: number }[]> })._embedded[key]?.[0]?.id ?? 0;

  describe('chat templates', () => {
    test('are created, listed by page, changed and deleted', async () => {
      expect((await ask('GET', '/chats/templates')).status).toBe(204);
      const created = await ask('POST', '/chats/templates', [
        { name: 'Greeting', content: 'Hello {{contact.name}}', external_id: 'greet' },
        { name: 'Bye', content: 'Bye', request_id: 'r' },
      ]);
      expect(created.json).toMatchObject({
        _total_items: 2,
        _embedded: {
          chat_templates: [
            {
              name: 'Greeting',
              type: 'amocrm',
              is_editable: false,
              waba_examples: [],
              request_id: '0',
            },
            { external_id: null, request_id: 'r' },
          ],
        },
      });
      const id = idIn(created.json, 'chat_templates');
      const page = await ask('GET', '/chats/templates?limit=1');
      expect(page.json).toMatchObject({
        _links: { next: { href: expect.stringContaining('page=2') } },
      });
      const found = await ask('GET', '/chats/templates?filter[external_id]=greet');
      expect(idIn(found.json, 'chat_templates')).toBe(id);
      const changed = await ask('PATCH', `/chats/templates/${id}`, { content: 'Hi' });
      expect(changed.json).toMatchObject({ id, content: 'Hi' });
      expect((await ask('DELETE', `/chats/templates/${id}`)).status).toBe(204);
      expect((await ask('GET', `/chats/templates/${id}`)).status).toBe(404);
    });

    test('need a name and a content, and buttons of one kind', async () => {
      const buttons = [
        { type: 'inline', text: 'a' },
        { type: 'url', text: 'b', url: 'https://x.example' },
      ];
      const reply = await ask('POST', '/chats/templates', [
        { name: ' ' },
        { name: 'a', content: 'b', buttons },
      ]);
      expect(reply.json).toMatchObject({
        'validation-errors': [
          { request_id: '0', errors: [{ path: '0.name' }, { path: '0.content' }] },
          { request_id: '1', errors: [{ path: '1.buttons' }] },
        ],
      });
    });

    test('are seen by the integration that made them only', async () => {
      await ask('POST', '/chats/templates', [{ name: 'a', content: 'b' }]);
      Object.assign(emulator.state.templates[0] ?? {}, { client_id: 'another' });
      expect((await ask('GET', '/chats/templates')).status).toBe(204);
      const page = await call(emulator, '/api/v4/chats/templates', {
        headers: { cookie: 'emulator_user=8001' },
      });
      expect(page.status).toBe(200);
    });

    test('of WhatsApp go through a review, which is told by webhook', async () => {
      const services = [{ type: 'whatsapp', params: { waba: true }, pages: [] }];
      await ask('POST', '/sources', [{ name: 'WABA', external_id: 'w', services }]);
      const destination = `${backend.url}/crm`;
      await ask('POST', '/webhooks', { destination, settings: ['add_chat_template_review'] });
      const waba = { name: 'Offer', content: 'Offer', type: 'waba', waba_category: 'UTILITY' };
      const id = idIn((await ask('POST', '/chats/templates', [waba])).json, 'chat_templates');
      const asked = await ask('POST', `/chats/templates/${id}/review`, {});
      const review = idIn(asked.json, 'reviews');
      expect(asked.json).toMatchObject({ _embedded: { reviews: [{ status: 'review' }] } });
      const form = new URLSearchParams(backend.received[0]?.body);
      expect(form.get('chat_template_review[add][0][id]')).toBe(String(id));
      expect(form.get('chat_template_review[add][0][reviews][0][status]')).toBe('review');
      const path = `/chats/templates/${id}/review/${review}`;
      expect((await ask('POST', path, { status: 'liked' })).status).toBe(400);
      expect((await ask('POST', path, { status: 'approved' })).json).toMatchObject({
        status: 'approved',
      });
      const shown = await ask('GET', `/chats/templates/${id}?with=reviews`);
      expect(shown.json).toMatchObject({ review_status: 'approved', is_on_review: false });
      // No longer a draft.
      expect((await ask('PATCH', `/chats/templates/${id}`, { content: 'x' })).status).toBe(400);
    });
  });

  describe('widgets', () => {
    test('tell whether they are installed, and their settings to their own integration', async () => {
      const mine = await ask('GET', '/widgets/chat_connector');
      expect(mine.json).toMatchObject({
        code: 'chat_connector',
        is_lead_source: true,
        is_active_in_account: true,
        settings: {},
      });
      const headers = { cookie: 'emulator_user=8001' };
      const page = await call(emulator, '/api/v4/widgets/chat_connector', { headers });
      expect(page.json).not.toHaveProperty('settings');
      expect((await ask('GET', '/widgets/nothing')).status).toBe(404);
      expect((await ask('GET', '/widgets')).json).toMatchObject({ _total_items: 1 });
    });

    test('are uninstalled and installed by administrators', async () => {
      const headers = { cookie: 'emulator_user=8001' };
      const asAdmin = (method: string, json?: unknown) =>
        call(emulator, '/api/v4/widgets/chat_connector', { method, headers, json });
      expect((await asAdmin('DELETE')).status).toBe(204);
      expect((await ask('GET', '/account')).status).toBe(401);
      expect((await asAdmin('POST', { login: 'x' })).json).toMatchObject({
        is_active_in_account: true,
      });
      expect(emulator.state.installations).toMatchObject([{ settings: { login: 'x' } }]);
      const paths = backend.received.map(({ url }) => url.split('?')[0]);
      expect(paths).toEqual(['/kommo/disabled', '/kommo/oauth/callback']);
    });
  });

  describe('CRM webhooks', () => {
    const add = (settings: string[]) =>
      ask('POST', '/webhooks', { destination: `${backend.url}/crm`, settings });
    const event = () =>
      call(emulator, '/__emulator/crm_webhook', {
        json: { account: 'demo', event: 'add_lead', change: { leads: { add: [{ id: 1 }] } } },
      });

    test('are kept one per address', async () => {
      expect((await add(['add_lead'])).status).toBe(201);
      await add(['add_lead', 'add_talk']);
      expect((await ask('GET', '/webhooks')).json).toMatchObject({
        _total_items: 1,
        _embedded: { webhooks: [{ settings: ['add_lead', 'add_talk'], disabled: false }] },
      });
      const destination = `${backend.url}/crm`;
      expect((await ask('DELETE', '/webhooks', { destination })).status).toBe(204);
      expect((await ask('GET', '/webhooks')).status).toBe(204);
      expect((await ask('POST', '/webhooks', { destination: 'x', settings: [] })).status).toBe(400);
    });

    test('come form-encoded, to those who asked for the event', async () => {
      await add(['add_talk']);
      await event();
      expect(backend.received).toHaveLength(0);
      await add(['add_lead']);
      await event();
      const [hook] = backend.received;
      expect(hook?.headers['content-type']).toBe('application/x-www-form-urlencoded');
      expect(Object.fromEntries(new URLSearchParams(hook?.body))).toEqual({
        'account[id]': '31263018',
        'account[subdomain]': 'demo',
        'leads[add][0][id]': '1',
      });
    });

    test('are tried again after 5 and 15 minutes, and later only for failures', async () => {
      await add(['add_lead']);
      status = 404;
      await event();
      const tick = async (minutes: number) => {
        await call(emulator, '/__emulator/clock', { json: { advance_ms: minutes * MINUTE } });
        return backend.received.length;
      };
      expect([await tick(4), await tick(1), await tick(15), await tick(120)]).toEqual([1, 2, 3, 3]);
      status = 503;
      backend.received.length = 0;
      await event();
      expect([
        await tick(5),
        await tick(15),
        await tick(15),
        await tick(60),
        await tick(600),
      ]).toEqual([2, 3, 4, 5, 5]);
    });
  });

  test('links chats to contacts, without cookies only', async () => {
    await callChats(emulator, '/v2/origin/custom/344a5002-f8ca-454d-af3d-396180102ac7/connect', {
      json: { account_id: '52e591f7-c98f-4255-8495-827210138c81', title: 'Chat Connector' },
    });
    const scope = emulator.state.scopes[0]?.scope_id;
    const chat = await callChats(emulator, `/v2/origin/custom/${scope}/chats`, {
      json: { conversation_id: 'c', user: { id: 'u', name: 'U' } },
    });
    const { id: chat_id } = chat.json as { id: string };
    const made = await ask('POST', '/contacts/chats', [{ contact_id: 18847907, chat_id }]);
    expect(made.json).toEqual({
      _total_items: 1,
      _embedded: {
        chats: [{ chat_id, contact_id: 18847907, id: expect.any(Number), request_id: '0' }],
      },
    });
    // One chat belongs to one contact.
    await ask('POST', '/contacts/chats', [{ contact_id: 2, chat_id }]);
    expect((await ask('GET', '/contacts/chats?contact_id=18847907')).status).toBe(204);
    expect((await ask('GET', `/contacts/chats?chat_id[]=${chat_id}`)).json).toMatchObject({
      _embedded: { chats: [{ contact_id: 2 }] },
    });
    expect((await ask('POST', '/contacts/chats', [{ contact_id: 2, chat_id: 'no' }])).status).toBe(
      400,
    );
    const headers = { cookie: 'emulator_user=8001' };
    const path = `/api/v4/contacts/chats?chat_id=${chat_id}`;
    expect((await call(emulator, path, { token, headers })).status).toBe(403);
  });

  test('makes site buttons', async () => {
    expect((await ask('GET', '/website_buttons')).status).toBe(204);
    const made = await ask('POST', '/website_buttons', {
      name: 'Site',
      pipeline_id: 7001,
      trusted_websites: ['site.example'],
    });
    const { source_id } = made.json as { source_id: number };
    const shown = await ask('GET', `/website_buttons/${source_id}?with=scripts`);
    expect(shown.json).toMatchObject({ name: 'Site', script: expect.stringContaining('<script') });
  });
});
