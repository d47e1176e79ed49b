import { connect } from 'node:net';
import { DEMO } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.install('demo');
});

afterAll(() => server.close());

/** Written to the socket as it is: fetch would tidy it first. @returns everything that came back */
function send(text: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = '';
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(text));
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.on('error', () => resolve(answer));
  socket.on('close', () => resolve(answer));
  return promise;
}

test.each([
  '/',
  '/messenger',
  '/messenger/',
  '/messenger/settings/',
  '/Messenger/settings',
  '//messenger/settings',
  '/messenger/./settings',
  '/messenger/nothing',
  '/kommo',
  '/.env',
  '/messenger/settings%2f',
  '/messenger/channels/%00',
])('the address %s does not exist', async (path) => {
  const token = server.emulator.disposableToken('demo', DEMO.admin);
  const answer = await send(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${token}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 (404|405) [\s\S]*"code":"(not_found|method_not_allowed)"/);
});

test.each(['POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE'])(
  '%s on the settings is not allowed',
  async (method) => {
    const text = await send(
      `${method} /messenger/settings HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 405 /);
    expect(text.toLowerCase()).toContain('allow: get, put');
  },
);

test.each([
  ['POST', '/nothing', 404],
  ['PUT', '/messenger/nothing', 404],
  ['DELETE', '/', 404],
  ['POST', '/health/live', 405],
  ['PUT', '/kommo/disabled', 405],
  ['DELETE', '/kommo/oauth/callback', 405],
  ['POST', '/connect/attempts/x', 405],
  ['PATCH', '/messenger/settings', 405],
  ['PUT', '/messenger/settings', 401],
])('%s %s is answered before its body arrives', async (method, path, status) => {
  const answer = await send(
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nOrigin: ${DEMO.origin}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n[[[`,
  );
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  const [head = '', body = ''] = answer.toLowerCase().split('\r\n\r\n');
  expect(head).toContain(`access-control-allow-origin: ${DEMO.origin}`);
  expect(head).toContain('x-request-id: ');
  expect(head).toContain('cache-control: no-store');
  expect(head.includes('allow: ')).toBe(status === 405);
  expect(JSON.parse(body)).toMatchObject({ error: { request_id: expect.any(String) } });
});

test.each([
  ['nonsense', 'nonsense\r\n\r\n', 400],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    400,
  ],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['a header of 20 KB', `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
])('a request with %s is refused in the same form', async (_name, text, status) => {
  const received = await send(text);
  expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(received).toContain('"code":"bad_request"');
  expect(received).toContain('"request_id"');
});
