import { ERROR_STATUS } from '../../src/contract/errors.ts';
import { connectBot, save, sourcesOf, storedInput, syncEnd } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  await connectBot(server, 1);
  await save(server, await storedInput(server));
});
afterAll(() => server.close());

describe('while the chat channel is not connected yet', () => {
  beforeEach(async () => {
    server.emulator.clearFaults();
    // A sync under way would connect the channel by itself.
    await syncEnd(server);
    await tablesOf(server.context.db).deleteFrom('scopes').execute();
  });

  test.each([
    ['403', { status: 403 }, 'channel_refused'],
    ['404', { status: 404 }, 'channel_refused'],
    ['400', { status: 400, body: { error_description: 'bad data' } }, 'channel_refused'],
    ['503', { status: 503 }, 'kommo_unavailable'],
    ['429', { rateLimited: 60 }, 'kommo_rate_limited'],
  ] as const)(
    'a save that meets %s changes nothing, and works afterwards',
    async (_what, action, code) => {
      const before = await storedInput(server);
      server.emulator.fault({ match: { path: '*/connect' }, action, times: 0 });
      const answer = await save(server, before);
      expect([answer.status, answer.body.error.code]).toEqual([ERROR_STATUS[code], code]);
      expect(await storedInput(server)).toEqual(before);
      server.emulator.clearFaults();
      expect((await save(server, before)).status).toBe(200);
    },
  );

  test('saves at the same moment connect it once, and one of them wins', async () => {
    const before = server.emulator.requests({ path: '*/connect' }).length;
    const input = await storedInput(server);
    const channels = input.channels.map((channel) => ({ ...channel, name: 'final' }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => save(server, { ...input, channels })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.error?.code === 'version_conflict')).toHaveLength(19);
    expect(server.emulator.requests({ path: '*/connect' })).toHaveLength(before + 1);
    expect(await syncEnd(server)).toMatchObject({ state: 'done' });
    expect(new Set(sourcesOf(server, DEMO.id).map(({ name }) => name))).toEqual(new Set(['final']));
  });
});
