import { randomUUID } from 'node:crypto';
import { readSettings, tokenOf } from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
afterEach(() => server.emulator.clearFaults());

test('without a grant templates answer with the page to authorize at', async () => {
  const answer = await server.api('GET', '/messenger/templates');
  expect(answer.status).toBe(403);
  expect(answer.body).toMatchObject({
    error: { code: 'kommo_reauthorize' },
    error_code: 1015,
    refresh_token_url: expect.any(String),
  });
});

describe('with a grant', () => {
  beforeAll(async () => {
    await server.install();
    await server.install('other');
  });

  test('a template that is added is listed, and shown in the settings', async () => {
    expect((await server.api('GET', '/messenger/templates')).body._embedded.templates).toEqual([]);
    const answer = await add({
      name: 'Welcome',
      content: 'Hello {{contact.name}}',
      external_id: 'welcome',
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: expect.any(Number),
      name: 'Welcome',
      content: 'Hello {{contact.name}}',
      external_id: 'welcome',
    });
    const list = await server.api('GET', '/messenger/templates');
    expect(list.body._embedded.templates).toEqual([answer.body]);
    expect((await readSettings(server)).templates).toEqual([answer.body]);
  });

  test('the same request again adds it once', async () => {
    const key = randomUUID();
    const first = await add({ name: 'Once', content: 'Only once' }, key);
    const second = await add({ name: 'Once', content: 'Only once' }, key);
    expect(second.body).toEqual(first.body);
    const { templates } = (await server.api('GET', '/messenger/templates')).body._embedded;
    expect(templates.filter(({ name }: { name: string }) => name === 'Once')).toHaveLength(1);
  });

  test('a template whose making was answered with silence is found, not made again', async () => {
    loseAnswer();
    const answer = await add({ name: 'Lost', content: 'Where is it?' });
    expect([answer.status, answer.body.name]).toEqual([201, 'Lost']);
    expect(await named('Lost')).toHaveLength(1);
  });

  test('the same request again finds what the first one made, when Kommo could not be asked then', async () => {
    const key = randomUUID();
    const body = { name: 'Lost again', content: 'Where is it?' };
    loseAnswer();
    server.emulator.fault({
      match: { method: 'GET', path: '/api/v4/chats/templates' },
      action: { status: 500 },
      times: 0,
    });
    expect((await add(body, key)).status).toBe(502);
    server.emulator.clearFaults();
    const answer = await add(body, key);
    expect([answer.status, answer.body.name]).toEqual([201, 'Lost again']);
    expect(await named('Lost again')).toHaveLength(1);
  });

  test('so does the request of a process that was killed while Kommo was asked', async () => {
    const key = randomUUID();
    const body = { name: 'Killed', content: 'Where is it?' };
    await add(body, key);
    await tablesOf(server.context.db)
      .updateTable('idempotency_keys')
      .set({ status: null, body: null, lease_until: new Date(0) })
      .where('key', '=', key)
      .execute();
    expect((await add(body, key)).status).toBe(201);
    expect(await named('Killed')).toHaveLength(1);
  });

  test('a template that Kommo does not accept is refused', async () => {
    server.emulator.fault({
      match: { method: 'POST', path: '/api/v4/chats/templates' },
      action: { status: 422, body: { title: 'Too many templates', status: 422 } },
    });
    const answer = await add({ name: 'Too many', content: 'x' });
    expect([answer.status, answer.body.error.code]).toEqual([422, 'validation_failed']);
  });

  test.each([
    {},
    { name: '', content: 'x' },
    { name: 'x' },
    { name: 'x', content: 'x', colour: 'red' },
  ])('%p is refused before Kommo is asked', async (body) => {
    const before = server.emulator.requests({
      method: 'POST',
      path: '/api/v4/chats/templates',
    }).length;
    expect([400, 422]).toContain((await add(body)).status);
    expect(
      server.emulator.requests({ method: 'POST', path: '/api/v4/chats/templates' }),
    ).toHaveLength(before);
  });

  test('only administrators add templates', async () => {
    const token = tokenOf(server, 'demo', DEMO.manager);
    const answer = await server.api('POST', '/messenger/templates', {
      token,
      key: randomUUID(),
      body: { name: 'x', content: 'x' },
    });
    expect([answer.status, answer.body.error.code]).toEqual([403, 'admin_required']);
  });

  test('another account sees none of them', async () => {
    const token = tokenOf(server, 'other', OTHER.admin);
    const answer = await server.api('GET', '/messenger/templates', { token });
    expect(answer.body._embedded.templates).toEqual([]);
  });

  test.each([
    ['500', { status: 500 }],
    ['402', { status: 402 }],
    ['a web page', 'html403'],
  ] as const)('while Kommo answers %s the last known ones are shown', async (_what, action) => {
    const known = (await readSettings(server)).templates;
    server.emulator.fault({ match: { path: '/api/v4/*' }, action, times: 0 });
    const settings = await readSettings(server);
    expect(settings.templates).toEqual(known);
    expect(settings.pipelines.length).toBeGreaterThan(0);
    server.emulator.clearFaults();
    await tablesOf(server.context.db)
      .updateTable('rate_buckets')
      .set({ paused_until: null })
      .execute();
  });
});

function add(body: unknown, key: string = randomUUID()) {
  return server.api('POST', '/messenger/templates', { body, key });
}

/** The next template is made, and the answer is lost. */
function loseAnswer() {
  server.emulator.fault({
    match: { method: 'POST', path: '/api/v4/chats/templates' },
    action: 'loseAnswer',
  });
}

async function named(name: string): Promise<unknown[]> {
  const { templates } = (await server.api('GET', '/messenger/templates')).body._embedded;
  return templates.filter((template: { name: string }) => template.name === name);
}
