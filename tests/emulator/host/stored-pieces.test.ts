import { fileURLToPath } from 'node:url';
import { createEmulator, type Emulator } from '../../../src/emulator/emulator.ts';
import { call } from '../../support/emulator-client.ts';

const WIDGET = fileURLToPath(new URL('../widgets/pipeline-tools', import.meta.url));
const PAGE = { cookie: 'emulator_user=8001', 'x-requested-with': 'XMLHttpRequest' };
const TRIGGERS = '/ajax/emulator/triggers';
const BLOCKS = '/ajax/emulator/salesbot/blocks';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await createEmulator({ widget: WIDGET });
});

afterEach(() => emulator.reset());

afterAll(() => emulator.close());

async function ask(method: string, path: string, json: object = {}, headers = PAGE) {
  const host = 'demo.kommo.localhost';
  const { status, json: body } = await call(emulator, path, { method, host, json, headers });
  return { status, body: body as { id: number; detail?: string; params?: object } };
}

/** What the pipeline's page and the designer are given. */
async function shown() {
  const { text } = await call(emulator, '/settings/pipeline/leads/', {
    host: 'demo.kommo.localhost',
  });
  const json = /id="emulator-boot">(.*?)<\/script>/s.exec(text)?.[1] ?? '{}';
  return JSON.parse(json) as {
    triggers: { id: number; settings: object }[];
    salesbotBlocks: { id: number; params: object }[];
    pipelines: { stages: { id: number }[] }[];
  };
}

test('a trigger is kept with its values until it is removed', async () => {
  const [stage] = (await shown()).pipelines[0]?.stages ?? [];
  const added = await ask('POST', TRIGGERS, { status_id: stage?.id, settings: { message: 'a' } });
  expect(added.status).toBe(200);
  const one = `${TRIGGERS}/${added.body.id}`;
  await ask('POST', one, { settings: { message: 'b' } });
  expect((await shown()).triggers).toMatchObject([
    { id: added.body.id, settings: { message: 'b' } },
  ]);
  expect((await ask('DELETE', one)).status).toBe(200);
  expect((await shown()).triggers).toEqual([]);
  for (const method of ['POST', 'DELETE']) {
    const { status, body } = await ask(method, one);
    expect([status, body.detail]).toEqual([404, 'There is no such trigger']);
  }
});

test('a block of the salesbot keeps its place when it is saved again, and goes when it is removed', async () => {
  const block = { handler: 'send_offer', params: { subject: 'a' }, bot: '[]' };
  const { body } = await ask('POST', BLOCKS, block);
  await ask('POST', BLOCKS, { ...block, handler: 'other' });
  await ask('POST', BLOCKS, { ...block, id: body.id, params: { subject: 'b' } });
  expect((await shown()).salesbotBlocks).toMatchObject([
    { id: body.id, handler: 'send_offer', params: { subject: 'b' } },
    { handler: 'other' },
  ]);
  expect((await ask('DELETE', `${BLOCKS}/${body.id}`)).status).toBe(200);
  expect((await ask('DELETE', `${BLOCKS}/${body.id}`)).status).toBe(404);
  expect((await shown()).salesbotBlocks).toHaveLength(1);
});

test('neither can be changed from outside the page', async () => {
  const stranger = { cookie: 'emulator_user=8001', 'x-requested-with': '' };
  for (const path of [TRIGGERS, BLOCKS])
    expect((await ask('POST', path, {}, stranger)).status).toBe(401);
});
