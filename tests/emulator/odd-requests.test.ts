import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { Route } from '../../src/emulator/kommo/exchange.ts';
import { kommoRoutes } from '../../src/emulator/routes.ts';
import { call, callChats, installed, type Reply } from '../support/emulator-client.ts';

const BODIES = [
  '',
  '{',
  'null',
  '[]',
  '[null]',
  '[[]]',
  '[{}]',
  '[{"id":{}}]',
  '"text"',
  '12',
  '{}',
  '{"payload":null,"event_type":"new_message"}',
  '{"payload":{"message":[],"sender":1,"source":[]},"event_type":"new_message"}',
  '[{"name":{},"external_id":[],"pipeline_id":"1","services":[null],"buttons":[null],"waba_examples":1}]',
  '{"user":{"id":1,"profile":null},"conversation_id":{},"type":[],"settings":{"__proto__":1},"destination":1}',
  'a=1&settings[__proto__][x]=2&settings[a][b]=3&settings[a]=4',
];

/** The route's address with something in its places. */
function pathOf({ path }: Route, filling: string): string {
  return path.replace(/:channel|:scope/g, filling).replace(/:\w+/g, '1');
}

describe('requests that make no sense', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await createEmulator({ seed: { switches: { rateLimit: 0 } } });
    emulator.useBackend('http://127.0.0.1:1');
  });
  afterAll(() => emulator.close());

  test.each(kommoRoutes().map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s answers them, and never fails itself',
    async (_, route) => {
      const { access_token: token } = await installed(emulator);
      const channel = emulator.state.channels[0]?.id ?? '';
      const account_id = emulator.state.accounts[0]?.amojo_id ?? '';
      await callChats(emulator, `/v2/origin/custom/${channel}/connect`, {
        json: { account_id, title: 'Chat Connector' },
      });
      const isChats = route.host === 'amojo';
      const isOfChannel = route.path.includes(':channel');
      const path = pathOf(route, isOfChannel ? channel : `${channel}_${account_id}`);
      for (const body of BODIES) {
        const { method } = route;
        const hosts = { www: 'www.kommo.com', api: 'api-c.kommo.com', account: 'demo.kommo.com' };
        const [kind] = [route.host].flat();
        const host = hosts[kind as keyof typeof hosts] ?? 'demo.kommo.com';
        const isForm = body.startsWith('a=');
        const headers: Record<string, string> = {
          'x-requested-with': 'XMLHttpRequest',
          'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
          ...(route.path.startsWith('/ajax/') && { cookie: 'emulator_user=8001' }),
        };
        const reply: Reply = isChats
          ? await callChats(emulator, path, { method, body })
          : await call(emulator, path, { method, host, headers, token, body });
        expect({ body, status: reply.status, failed: reply.status >= 500 }).toMatchObject({
          failed: false,
        });
      }
      expect(emulator.log().filter(({ kind }) => kind === 'error')).toEqual([]);
      emulator.reset();
    },
  );

  test('a request line or host that is no address is refused', async () => {
    expect((await call(emulator, '//evil.example/x')).status).toBe(404);
    expect((await call(emulator, '/', { host: 'a b' })).status).toBe(400);
    expect((await call(emulator, '/api/v4/%E0%A4%A', { host: 'demo.kommo.com' })).status).toBe(404);
  });
});

test('an answer carries the date of the emulator’s clock, so that a caller can see that its own is off', async () => {
  const emulator = await createEmulator({ now: () => Date.parse('2030-01-02T03:04:05Z') });
  const { headers } = await call(emulator, '/nothing-here');
  expect(headers.date).toBe('Wed, 02 Jan 2030 03:04:05 GMT');
  await emulator.close();
});
