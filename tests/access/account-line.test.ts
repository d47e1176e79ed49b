import { randomUUID } from 'node:crypto';
import { OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

test('an account that sends much at once has ten requests worked on, and no other waits for it', async () => {
  await server.install('demo');
  await server.install('other');
  const atKommo = { path: '/api/v4/chats/templates', method: 'POST' };
  server.emulator.fault({ match: atKommo, action: 'hang', times: 0 });
  const all = Array.from({ length: 25 }, (_, index) =>
    server.api('POST', '/messenger/templates', {
      key: randomUUID(),
      body: { name: `Template ${index}`, content: 'Hello' },
    }),
  );
  await server.waitFor(() => server.emulator.requests(atKommo).length === 10);
  const answer = await server.api('GET', '/messenger/settings', {
    token: server.emulator.disposableToken('other', OTHER.admin),
  });
  expect(answer.status).toBe(200);
  expect(server.emulator.requests(atKommo)).toHaveLength(10);
  server.emulator.clearFaults();
  const statuses = (await Promise.all(all)).map(({ status }) => status);
  // Those that hung were cut off; the others had their turn then.
  expect(statuses.filter((status) => status === 201)).toHaveLength(15);
});
