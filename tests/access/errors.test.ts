import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { DEMO } from '../support/config.ts';
import { METRICS_TOKEN } from '../support/metrics.ts';
import { renderHttpReference } from '../support/render-http-reference.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

const REFERENCE = new URL('../../docs/http-reference.md', import.meta.url);

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ env: { METRICS_TOKEN } });
  await server.install('demo');
});

afterAll(() => server.close());

const save = (body: unknown, headers: Record<string, string> = {}) =>
  server.api('PUT', '/messenger/settings', { body, key: crypto.randomUUID(), headers });

async function saveText(
  body: string | Uint8Array<ArrayBuffer>,
  type: string | undefined = 'application/json',
) {
  const answer = await fetch(`${server.url}/messenger/settings`, {
    method: 'PUT',
    body,
    headers: {
      'x-auth-token': server.emulator.disposableToken('demo', DEMO.admin),
      'idempotency-key': crypto.randomUUID(),
      ...(type === undefined ? {} : { 'content-type': type }),
    },
  });
  const parsed = (await answer.json()) as { error: { code: string } };
  return { status: answer.status, body: parsed };
}

const good = { version: 0, default_channel_id: null, channels: [] };

test.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['JSON with something after it', '{} x'],
  ['a bare word', 'version'],
  ['UTF-16', new Uint8Array(Buffer.from('{"version":0}', 'utf16le'))],
  ['broken UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ['a compressed body', new Uint8Array([0x1f, 0x8b, 0x08, 0x00, 0x00])],
  ['a prototype', '{"__proto__":{"polluted":true},"version":0}'],
  ['a constructor', '{"constructor":{"prototype":{"polluted":true}},"version":0}'],
  ['a list', '[]'],
  ['null', 'null'],
  ['a text', '"x"'],
  ['10,000 lists in one another', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
])('a body that is %s is a bad request', async (_name, body) => {
  const answer = await saveText(body);
  expect(answer.status).toBe(400);
  expect(answer.body.error.code).toBe('bad_request');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test.each<[string, unknown, string]>([
  ['21 levels deep', JSON.parse(`${'['.repeat(21)}${']'.repeat(21)}`), 'too_deep'],
  [
    'too deep in one place',
    { ...good, channels: JSON.parse(`${'[{"a":'.repeat(30)}1${'}]'.repeat(30)}`) },
    'too_deep',
  ],
  ['a list of 5,001 values', Array(5_001).fill(0), 'too_many_values'],
  [
    'an object of 5,001 values',
    Object.fromEntries(Array.from({ length: 5_001 }, (_, index) => [index, 0])),
    'too_many_values',
  ],
  [
    'wide in many places',
    { ...good, channels: Array(100).fill({ pipeline_ids: Array(50).fill(1) }) },
    'too_many_values',
  ],
])(
  'a body that is %s is refused before anything looks at it closely',
  async (_name, body, code) => {
    const answer = await save(body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 'bad_request', fields: [{ path: '', code }] });
  },
);

test('the largest settings there can be are looked at', async () => {
  const pipelines = Array.from({ length: 50 }, (_, index) => index + 1);
  const channels = Array.from({ length: 50 }, (_, index) => ({
    id: `channel-${index}`,
    name: 'x',
    pipeline_ids: pipelines,
  }));
  const { status, body } = await save({ ...good, channels });
  expect([status, body.error.code]).toEqual([422, 'validation_failed']);
  expect(body.error.fields[0].path).not.toBe('');
});

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'x',
])('a body of type %s is not looked at', async (type) => {
  const answer = await saveText('{"version":0}', type);
  expect(answer.status).toBe(415);
  expect(answer.body.error.code).toBe('unsupported_media_type');
});

test('a body over 64 KB is refused, said in advance or not', async () => {
  const large = JSON.stringify({ ...good, default_channel_id: 'x'.repeat(65_536) });
  expect(await saveText(large)).toMatchObject({
    status: 413,
    body: { error: { code: 'body_too_large' } },
  });
  const chunked = await fetch(`${server.url}/messenger/settings`, {
    method: 'PUT',
    body: new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(32)),
    }),
    headers: {
      'x-auth-token': server.emulator.disposableToken('demo', DEMO.admin),
      'content-type': 'application/json',
    },
    duplex: 'half',
  } as RequestInit).then(
    ({ status }) => status,
    () => 413,
  );
  expect(chunked).toBe(413);
});

test.each<[string, unknown, string]>([
  ['a missing member', { default_channel_id: null, channels: [] }, 'version'],
  ['a wrong type', { ...good, version: '0' }, 'version'],
  ['a fraction', { ...good, version: 0.5 }, 'version'],
  ['a member nobody knows', { ...good, account_id: 1 }, 'account_id'],
  ['an object for a list', { ...good, channels: {} }, 'channels'],
  ['a list for a text', { ...good, default_channel_id: [] }, 'default_channel_id'],
  [
    'a wrong type deep inside',
    { ...good, channels: [{ id: 'a', name: 1, pipeline_ids: [] }] },
    'channels.0.name',
  ],
  [
    'a member nobody knows deep inside',
    { ...good, channels: [{ id: 'a', name: 'x', pipeline_ids: [], slot: 1 }] },
    'channels.0.slot',
  ],
])('%s is a bad request that names the path', async (_name, body, path) => {
  const answer = await save(body);
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatchObject({
    code: 'bad_request',
    fields: expect.arrayContaining([expect.objectContaining({ path })]),
  });
});

test.each<[string, unknown, string]>([
  [
    'an empty name',
    { ...good, channels: [{ id: 'a', name: ' ', pipeline_ids: [] }] },
    'channels.0.name',
  ],
  [
    'a name of 101 characters',
    { ...good, channels: [{ id: 'a', name: 'x'.repeat(101), pipeline_ids: [] }] },
    'channels.0.name',
  ],
  ['a negative version', { ...good, version: -1 }, 'version'],
  [
    'a negative pipeline',
    { ...good, channels: [{ id: 'a', name: 'x', pipeline_ids: [-1] }] },
    'channels.0.pipeline_ids.0',
  ],
  [
    'a NUL character',
    { ...good, channels: [{ id: 'a', name: 'a\u0000b', pipeline_ids: [] }] },
    'channels.0.name',
  ],
  ['half a surrogate pair', { ...good, default_channel_id: 'a\ud800b' }, 'default_channel_id'],
])('%s is a value that cannot be accepted', async (_name, body, path) => {
  const answer = await save(body);
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({
    code: 'validation_failed',
    fields: expect.arrayContaining([expect.objectContaining({ path })]),
  });
});

test('nothing that was sent comes back, and nothing of our inside', async () => {
  const canary = 'canary-9f3a';
  const answers = [
    await save({ ...good, [canary]: 1, version: canary }),
    await save({ ...good, default_channel_id: canary }),
    await saveText(`{"${canary}`),
    await server.api('GET', `/${canary}`),
    await server.api('GET', `/messenger/channels/${canary}?x=${canary}`, { token: canary }),
  ];
  for (const { body } of answers) {
    const text = JSON.stringify(body);
    expect(text.replace(`"path":"${canary}"`, '')).not.toContain(canary);
    expect(text).not.toMatch(/stack|node_modules|\.ts:|select |insert /);
    expect(Object.keys(body)).toEqual(['error']);
  }
});

test('every answer carries the headers of an API that other origins call', async () => {
  for (const path of ['/messenger/settings', '/nothing', '/health/live', '/openapi.json', '/%zz']) {
    const { headers } = await server.api('GET', path);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.has('x-powered-by')).toBe(false);
    expect(headers.has('server')).toBe(false);
    if (path === '/%zz') continue;
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.has('cross-origin-opener-policy')).toBe(false);
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=31536000/);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-frame-options')).toBe('DENY');
  }
});

test('the health addresses tell nothing but their state', async () => {
  for (const path of ['/health/live', '/health/ready']) {
    const answer = await server.api('GET', path, { token: null });
    expect(answer).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect((await server.api('HEAD', path, { token: null })).status).toBe(200);
  }
});

test('every route is in the description, with the proof it needs', async () => {
  const { status, body } = await server.api('GET', '/openapi.json', { token: null });
  expect(status).toBe(200);
  expect(body.openapi).toBe('3.0.3');
  for (const { method, url } of server.app.routeTable) {
    if (method === 'HEAD' || url === '/openapi.json') continue;
    const operation = body.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    expect([url, operation?.summary]).toEqual([url, expect.any(String)]);
    expect([url, operation.responses['4XX']]).toEqual([url, expect.anything()]);
    if (url.startsWith('/messenger/'))
      expect(operation.security).toEqual([{ disposableToken: [] }]);
  }
});

test('docs/http-reference.md is that description (UPDATE_DOCS=1 writes it)', async () => {
  const { body } = await server.api('GET', '/openapi.json', { token: null });
  const texts = JSON.parse(readFileSync(new URL('../../i18n/en.json', import.meta.url), 'utf8'));
  const page = renderHttpReference(body, texts.errors);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(REFERENCE, page);
  expect(existsSync(REFERENCE) ? readFileSync(REFERENCE, 'utf8') : '').toBe(page);
});

test('each log line is one JSON object, and no address with its query is in it', async () => {
  await server.api(
    'GET',
    '/kommo/oauth/callback?code=def502canary&state=statecanary&referer=x.kommo.com',
  );
  await server.api('GET', '/kommo/disabled?account_id=1&client_uuid=x&signature=signaturecanary');
  const log = server.logs.join('');
  for (const line of log.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  expect(log).toContain('"route":"/kommo/disabled"');
  expect(log).not.toMatch(/def502canary|statecanary|signaturecanary/);
});
