import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { restRoutes } from '../../src/emulator/routes.ts';
import { call, callChats, installed } from '../support/emulator-client.ts';

const CHANNEL = '344a5002-f8ca-454d-af3d-396180102ac7';
const ACCOUNT = '52e591f7-c98f-4255-8495-827210138c81';

describe('requests to the REST API', () => {
  let emulator: Emulator;
  let token: string;

  beforeAll(async () => {
    emulator = await createEmulator({ seed: { switches: { rateLimit: 0 } } });
    emulator.useBackend('http://127.0.0.1:1');
  });
  afterAll(() => emulator.close());
  beforeEach(async () => {
    emulator.reset();
    token = (await installed(emulator)).access_token;
  });

  const ask = (method: string, path: string, json?: unknown) =>
    call(emulator, `/api/v4${path}`, { method, token, json });
  const warnings = () => JSON.stringify(emulator.log().filter(({ kind }) => kind === 'warning'));

  test.each([
    ['filter[external_id][0]=a', ['a']],
    ['filter[external_id][0]=a&filter[external_id][1]=c', ['a', 'c']],
    ['filter%5Bexternal_id%5D%5B0%5D=b', ['b']],
    ['filter[external_id][]=a&filter[external_id][]=b', ['a', 'b']],
    ['filter[external_id]=c', ['c']],
    ['filter[external_id][0]=none', undefined],
  ])('lists of sources and templates follow %s', async (query, expected) => {
    const items = ['a', 'b', 'c'].map((id) => ({ name: id, content: id, external_id: id }));
    await ask('POST', '/sources', items);
    await ask('POST', '/chats/templates', items);
    for (const [path, list] of [
      ['/sources', 'sources'],
      ['/chats/templates', 'chat_templates'],
    ] as const) {
      const reply = await ask('GET', `${path}?${query}`);
      const embedded = (reply.json as { _embedded?: Record<string, { external_id: string }[]> })
        ?._embedded;
      expect(embedded?.[list]?.map(({ external_id }) => external_id)).toEqual(expected);
      expect(reply.status).toBe(expected === undefined ? 204 : 200);
    }
  });

  test('a filter that a list does not have is ignored, and told in the log', async () => {
    await ask('POST', '/sources', [{ name: 'a', external_id: 'a' }]);
    expect((await ask('GET', '/sources?filter[externalid]=x')).status).toBe(200);
    expect(warnings()).toContain('filter[externalid]');
  });

  test.each([
    ['PATCH', '/sources/:source', [{ name: 'Z' }]],
    ['PATCH', '/chats/templates/:template', [{ name: 'Z' }]],
    ['PATCH', '/leads/pipelines/7001', [{ name: 'Z' }]],
    ['PATCH', '/leads/pipelines/7001', {}],
    ['PATCH', '/leads/pipelines/7001/statuses/700102', [{ name: 'Z' }]],
    ['POST', '/webhooks', [{ destination: 'https://a.example', settings: ['add_lead'] }]],
    ['POST', '/webhooks', { destination: 'https://a.example', settings: ['x'], sort: 'asc' }],
    ['DELETE', '/webhooks', [{ destination: 'https://a.example' }]],
    ['POST', '/website_buttons', [{ pipeline_id: 7001 }]],
    ['POST', '/website_buttons', { pipeline_id: 7001 }],
    ['POST', '/widgets/chat_connector', ['x']],
    ['POST', '/sources', { name: 'a', external_id: 'a' }],
    ['PATCH', '/sources', { id: 1 }],
    ['DELETE', '/sources', { id: 1 }],
    ['POST', '/chats/templates', { name: 'a', content: 'a' }],
    ['POST', '/leads/pipelines', { name: 'a' }],
    ['POST', '/leads/pipelines/7001/statuses', { name: 'a', sort: 1 }],
    ['POST', '/contacts/chats', { contact_id: 1 }],
  ])('%s %s refuses a body of another shape: %j', async (method, path, body) => {
    await ask('POST', '/sources', [{ name: 'a', external_id: 'a' }]);
    await ask('POST', '/chats/templates', [{ name: 'a', content: 'a' }]);
    const { sources, templates } = emulator.state;
    const address = path
      .replace(':source', String(sources[0]?.id))
      .replace(':template', String(templates[0]?.id));
    const reply = await ask(method, address, body);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json).toMatchObject({ status: 400, title: 'Bad Request' });
  });

  test.each(
    restRoutes().map(({ method, path }) => [method, path.replace(/:\w+(\(\\d\+\))?/g, '1')]),
  )('%s %s needs a token, and knows its methods', async (method, path) => {
    expect((await call(emulator, path, { method })).status).toBe(401);
    expect((await call(emulator, path, { method: 'PUT', token })).status).toBe(405);
  });

  describe('pipelines and stages', () => {
    test('are made, changed and deleted by administrators', async () => {
      const made = await ask('POST', '/leads/pipelines', [
        {
          ...{ name: 'Extra', sort: 20, is_main: false, is_unsorted_on: true, request_id: 'r' },
          _embedded: {
            statuses: [
              { id: 142, name: 'Paid' },
              { name: 'Call', sort: 15 },
            ],
          },
        },
      ]);
      expect(made.json).toMatchObject({
        _embedded: { pipelines: [{ name: 'Extra', request_id: 'r' }] },
      });
      const pipeline = emulator.world.account('demo').pipelines.at(-1);
      expect(pipeline?.statuses.map(({ name }) => name)).toEqual([
        ...['Incoming leads', 'Call', 'Paid', 'Closed - lost'],
      ]);
      const path = `/leads/pipelines/${pipeline?.id}`;
      expect((await ask('PATCH', path, { name: 'More' })).json).toMatchObject({ name: 'More' });
      expect((await ask('DELETE', path)).status).toBe(204);
      expect((await ask('GET', path)).status).toBe(404);
      // It has leads.
      expect((await ask('DELETE', '/leads/pipelines/7001')).status).toBe(400);
    });

    test('move their leads to the first stage when a stage is deleted', async () => {
      const path = '/leads/pipelines/7001/statuses';
      expect((await ask('DELETE', `${path}/700103`)).status).toBe(204);
      expect(emulator.world.chats.lead(31263018, 502)?.status_id).toBe(700102);
      expect((await ask('DELETE', `${path}/142`)).status).toBe(400);
      expect((await ask('GET', `${path}/700103`)).status).toBe(404);
    });

    test('have only the documented colours, and one description for each level', async () => {
      const level = { level: 'newbie', description: 'x' };
      const reply = await ask('POST', '/leads/pipelines/7001/statuses', [
        { name: 'a', sort: 1, color: '#123456' },
        { name: 'b', sort: 1, descriptions: [level, level] },
      ]);
      expect(reply.json).toMatchObject({
        'validation-errors': [
          { errors: [{ path: '0.color' }] },
          { errors: [{ path: '1.descriptions.1.level' }] },
        ],
      });
    });
  });

  describe('the machine that is asked', () => {
    const domain = (host: string) => call(emulator, '/oauth2/account/subdomain', { host, token });

    test('serves only accounts whose tokens name its api host', async () => {
      const at = (host: string) => call(emulator, '/api/v4/account', { host, token });
      expect((await at('api-c.kommo.com')).status).toBe(200);
      for (const host of ['api-a.amocrm.ru', 'api-zzz.kommo.com', 'api-c.amocrm.ru']) {
        expect((await at(host)).status).toBe(401);
      }
      expect(warnings()).toContain('api-zzz.kommo.com');
      emulator.setSwitches({ foreignHosts: 'served' });
      expect((await at('api-zzz.kommo.com')).status).toBe(200);
    });

    test('tells the domain by access token, at www of the brand', async () => {
      expect((await domain('www.kommo.com')).json).toEqual({
        id: 31263018,
        subdomain: 'demo',
        domain: 'demo.kommo.com',
        top_level_domain: 'com',
      });
      expect((await domain('www.amocrm.ru')).status).toBe(401);
    });

    test('asks for a title of a chat channel at Kommo only', async () => {
      const path = `/v2/origin/custom/${CHANNEL}/connect`;
      const json = { account_id: ACCOUNT, hook_api_version: 'v2' };
      const connect = (host: string, body: object = json) =>
        callChats(emulator, path, { json: body, headers: { host } });
      expect((await connect('amojo.kommo.com')).status).toBe(400);
      expect((await connect('amojo.kommo.com', { ...json, title: 'T' })).status).toBe(200);
      expect((await connect('amojo.amocrm.ru', { ...json, title: 'T' })).status).toBe(400);
      Object.assign(emulator.world.account('demo'), { tld: 'amocrm.ru' });
      expect((await connect('amojo.amocrm.ru')).status).toBe(200);
    });
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain', 'application/json'])(
    'the control API reads JSON called %s, and says what else it expected',
    async (type) => {
      const post = (body: string) =>
        call(emulator, '/__emulator/revoke', {
          body,
          headers: { 'content-type': type },
          host: 'x',
        });
      expect((await post('{"account":"demo"}')).json).toEqual({ revoked: 1 });
      for (const body of ['["demo"]', '{"account":"demo"', '"demo"']) {
        expect(await post(body)).toMatchObject({
          status: 400,
          json: { error: expect.stringContaining('body: a JSON object is expected') },
        });
      }
    },
  );
});
