import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator, type Emulator } from '../../../src/emulator/emulator.ts';
import { type Call, call } from '../../support/emulator-client.ts';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await createEmulator();
});

afterEach(() => emulator.reset());

afterAll(() => emulator.close());

const ask = (path: string, options: Call = {}) =>
  call(emulator, path, { host: 'demo.kommo.localhost', ...options });

describe('What cards show, over REST', () => {
  const page = { cookie: 'emulator_user=8001' };
  const get = async (path: string) => {
    const { status, json } = await ask(path, { headers: page });
    return { status, value: json as Record<string, unknown> | undefined };
  };

  test('entities and their fields can be read by a page that is logged in', async () => {
    expect((await ask('/api/v4/leads')).status).toBe(401);
    expect((await get('/api/v4/leads/501?with=contacts')).value).toMatchObject({
      id: 501,
      price: 1200,
      _embedded: { contacts: [{ id: 601 }] },
    });
    expect((await get('/api/v4/contacts')).value).toMatchObject({ _total_items: 3 });
    expect((await get('/api/v4/leads/999')).status).toBe(204);
    expect((await get('/api/v4/leads?page=2')).status).toBe(204);
    expect((await get('/api/v4/companies/custom_fields')).value).toMatchObject({ _total_items: 5 });
    expect((await get('/api/v4/leads/pipelines')).value).toMatchObject({
      _embedded: { pipelines: [{ id: 7001 }, {}, {}, {}] },
    });
  });

  test('fields that suggest what fits find entities by a part of their name', async () => {
    const headers = { ...page, 'x-requested-with': 'XMLHttpRequest' };
    const find = async (path: string) => (await ask(path, { headers })).json;
    expect(await find('/private/ajax/search.php?type=contacts&q=NOVAK')).toEqual([
      { id: 602, value: 'Daniel Novak', type: 'contacts' },
    ]);
    expect(await find('/ajax/todo/search/?search_string=novak')).toMatchObject([{}, { id: 702 }]);
    expect((await ask('/ajax/todo/search/')).status).toBe(401);
  });

  test('tasks and fields that a widget creates are there until a reset', async () => {
    const post = (path: string, value: unknown, cookie = page.cookie) =>
      ask(path, { headers: { cookie }, json: value });
    const call = { text: 'Call', complete_till: 1_900_000_000, request_id: 'a' };
    expect((await post('/api/v4/tasks', call)).status).toBe(400);
    expect((await post('/api/v4/tasks', [{ text: 'Call' }])).status).toBe(400);
    expect((await post('/api/v4/tasks', [call])).json).toMatchObject({
      _embedded: { tasks: [{ request_id: 'a' }] },
    });
    expect((await get('/api/v4/tasks')).value).toMatchObject({
      _embedded: { tasks: [{}, {}, { text: 'Call', responsible_user_id: 8001 }] },
    });
    expect(
      (await post('/api/v4/contacts/custom_fields', [{ name: 'Size' }], 'emulator_user=8002'))
        .status,
    ).toBe(403);
    expect(
      (await post('/api/v4/contacts/custom_fields', [{ name: 'Size', type: 'text' }])).status,
    ).toBe(200);
    expect((await get('/api/v4/contacts/custom_fields')).value).toMatchObject({ _total_items: 5 });
    emulator.reset();
    expect((await get('/api/v4/tasks')).value).toMatchObject({ _total_items: 2 });
  });
});

describe("The page's own requests", () => {
  const page = { 'x-requested-with': 'XMLHttpRequest', cookie: 'emulator_user=8001' };
  const install = `/ajax/v2/integrations/5f0c1c5e-7f1d-4d8b-9a53-2f1b6f0c7a11/install`;

  test('install for an admin only, and only from a page', async () => {
    const post = (headers: Record<string, string>, path = install) =>
      ask(path, { method: 'POST', headers });
    expect((await post({})).status).toBe(401);
    expect((await post({ cookie: 'emulator_user=8001' })).status).toBe(401);
    expect((await post({ ...page, cookie: 'emulator_user=8002' })).status).toBe(403);
    expect(emulator.state.installations).toEqual([]);
    expect((await post(page, install.replace('5f0c', '0000'))).status).toBe(404);
    expect((await post(page)).status).toBe(200);
    expect(emulator.state.installations).toMatchObject([{ account_id: 31263018, is_active: true }]);
  });

  describe('crm_post', () => {
    let server: Server;
    let address: string;

    beforeAll(async () => {
      server = createServer(async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        response.writeHead(request.url === '/refuse' ? 422 : 200, { 'content-type': 'text/plain' });
        response.end(`${request.method} ${request.headers['content-type']} ${body}`);
      });
      const { promise, resolve } = Promise.withResolvers<void>();
      server.listen(0, '127.0.0.1', resolve);
      await promise;
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    afterAll(() => {
      server.close();
    });

    const post = (body: unknown, headers: Record<string, string> = page) =>
      ask('/ajax/widgets/crm_post', { headers, json: body });

    test("posts the form and hands back the server's answer, refusals included", async () => {
      expect(await post({ url: `${address}/hook`, body: 'a=1' })).toMatchObject({
        status: 200,
        text: 'POST application/x-www-form-urlencoded a=1',
      });
      expect((await post({ url: `${address}/refuse`, body: '' })).status).toBe(422);
    });

    test('refuses what is no address, strangers, and servers that do not answer', async () => {
      expect((await post({ url: 'file:///etc/passwd' })).status).toBe(400);
      expect((await post({ url: `${address}/hook` }, {})).status).toBe(401);
      const dead = await post({ url: 'http://127.0.0.1:1/' });
      expect([dead.status, dead.text]).toEqual([502, '{"detail":"127.0.0.1:1 did not answer"}']);
    });
  });
});
