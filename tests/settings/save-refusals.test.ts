import {
  connectBot,
  readSettings,
  save,
  syncEnd,
  tokenOf,
  unchanged,
} from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install();
  await connectBot(server, 1);
  await save(server, unchanged(await readSettings(server)));
  await syncEnd(server);
});
afterAll(() => server.close());

test.each([
  ['a stale version', { version: 0 }, 409, 'version_conflict'],
  [
    'no default although there are channels',
    { default_channel_id: null },
    422,
    'validation_failed',
  ],
  [
    'a foreign default',
    { default_channel_id: 'b0f2f0a6-6a5f-4f0e-9d6e-2d2f1b6f0c7a' },
    422,
    'validation_failed',
  ],
  ['an unknown property', { colour: 'blue' }, 400, 'bad_request'],
  [
    'another country while the integration runs',
    {
      preferences: {
        language: { mode: 'account', value: 'en' },
        country: { mode: 'fixed', value: 'BR' },
      },
    },
    409,
    'requires_reinstall',
  ],
])('%s', async (_what, change, status, code) => {
  const before = await readSettings(server);
  const answer = await save(server, { ...unchanged(before), ...change });
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  expect(await readSettings(server)).toEqual(before);
});

test.each([
  ['an unknown pipeline', { pipeline_ids: [7001, 4711] }, 'pipeline_ids.1', 'unknown_pipeline'],
  ['a foreign pipeline', { pipeline_ids: [7101] }, 'pipeline_ids.0', 'unknown_pipeline'],
  ['an archived pipeline', { pipeline_ids: [7003] }, 'pipeline_ids.0', 'archived_pipeline'],
  ['no pipeline', { pipeline_ids: [] }, 'pipeline_ids', 'required'],
  ['an unknown channel', { id: 'nobody' }, 'id', 'unknown_channel'],
])('%s, named by its path', async (_what, change, path, code) => {
  const input = unchanged(await readSettings(server));
  const answer = await save(server, { ...input, channels: [{ ...input.channels[0], ...change }] });
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({
    code: 'validation_failed',
    fields: expect.arrayContaining([{ path: `channels.0.${path}`, code }]),
  });
});

test('more sources than Kommo allows, before anything is saved', async () => {
  const before = await readSettings(server);
  const { pipelines } = server.emulator.state.accounts.find(({ id }) => id === DEMO.id) ?? {};
  const [first] = pipelines ?? [];
  if (!pipelines || !first) throw new Error('The seed has pipelines.');
  for (let extra = 0; extra < 46; extra += 1)
    pipelines.push({ ...first, id: 8000 + extra, is_main: false });
  const ids = Array.from({ length: 46 }, (_, extra) => 8000 + extra);
  const more = [await connectBot(server, 3), await connectBot(server, 4)];
  const input = unchanged(await readSettings(server));
  const channels = input.channels.map((channel) => ({ ...channel, pipeline_ids: ids }));
  const answer = await save(server, { ...input, channels });
  expect([answer.status, answer.body.error.code]).toEqual([409, 'source_limit_reached']);
  pipelines.splice(pipelines.length - 46);
  for (const { id } of more) await server.api('DELETE', `/messenger/channels/${id}`);
  expect((await readSettings(server)).version).toBe(before.version);
});

test('anything by somebody who is no administrator', async () => {
  const token = tokenOf(server, 'demo', DEMO.manager);
  const settings = await readSettings(server, token);
  expect(settings.user).toEqual({ id: DEMO.manager, is_admin: false });
  const answer = await save(server, unchanged(settings), undefined, token);
  expect([answer.status, answer.body.error.code]).toEqual([403, 'admin_required']);
});
