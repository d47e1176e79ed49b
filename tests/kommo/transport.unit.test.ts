import { createTransport } from '../../src/server/kommo/call-account.ts';
import { KommoError, wasNeverSent } from '../../src/server/kommo/errors.ts';
import type { KommoRequest } from '../../src/server/kommo/kommo.ts';
import { NotReached, type OutboundRequest } from '../../src/server/platform/outbound.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The way out, with a note of what was to be sent in place of the network. */
function transport(emulatorUrl?: string) {
  const sent: OutboundRequest[] = [];
  const rate = { wait: () => Promise.resolve(), pause: () => Promise.resolve() };
  const send = createTransport({
    send: (request) => {
      sent.push(request);
      return Promise.resolve({ status: 200, headers: {}, body: Buffer.from('{}') });
    },
    rate,
    emulatorUrl: emulatorUrl === undefined ? undefined : new URL(emulatorUrl),
    now: () => new Date(),
    log: silent,
  });
  const request = (host: string, path = '/api/v4/account', more: Partial<KommoRequest> = {}) =>
    send({ api: 'rest', method: 'GET', host, path, urgency: 'unmetered', ...more });
  return { way: { request: send }, request, sent };
}

test('a call goes to the account’s own address over https', async () => {
  const { request, sent } = transport();
  await request('demo.kommo.com', '/api/v4/account', {
    query: new URLSearchParams({ with: 'amojo_id' }),
  });
  expect(String(sent[0]?.url)).toBe('https://demo.kommo.com/api/v4/account?with=amojo_id');
  expect(sent[0]?.headers).not.toHaveProperty('host');
});

test('with an emulator the connection goes there and the real host is named', async () => {
  const { request, sent } = transport('http://kommo.localhost:9000');
  await request('demo.kommo.com');
  expect(String(sent[0]?.url)).toBe('http://kommo.localhost:9000/api/v4/account');
  expect(sent[0]?.headers).toMatchObject({ host: 'demo.kommo.com' });
});

test.each([undefined, 'http://kommo.localhost:9000'])(
  'no host but Kommo’s is called, no matter who asks (emulator: %s)',
  async (emulatorUrl) => {
    const { request, sent } = transport(emulatorUrl);
    const hosts = [
      'evil.example',
      'demo.kommo.com.evil.example',
      'demo.kommo.com:443',
      'user@demo.kommo.com',
      'demo.kommo.com/x',
      'demo.kommo.com#',
      'www.kommo.com',
      'kommo.localhost',
      '127.0.0.1',
      '',
    ];
    for (const host of hosts) await expect(request(host)).rejects.toThrow('Refused');
    expect(sent).toEqual([]);
  },
);

test.each(['//evil.example/x', '/api/../x', '/a b', 'x', '/x?y', '/x#y', '/%2e%2e/x\\y'])(
  'a path that would become another address is refused: %s',
  async (path) => {
    const { request, sent } = transport();
    await request('demo.kommo.com', path).catch((error: unknown) => {
      expect(String(error)).toContain('Refused');
    });
    for (const { url } of sent) expect(new URL(url).host).toBe('demo.kommo.com');
  },
);

test('what is thrown when the turn has come keeps the request from leaving', async () => {
  const { way, sent } = transport();
  const late = () => {
    throw new Error('too late');
  };
  const request: KommoRequest = {
    api: 'token',
    method: 'POST',
    host: 'demo.kommo.com',
    path: '/oauth2/access_token',
    urgency: 'interactive',
  };
  await expect(way.request(request, late)).rejects.toThrow('too late');
  expect(sent).toEqual([]);
});

test.each([
  ['connection', 'ECONNREFUSED', true],
  ['connection', 'ENOTFOUND', true],
  ['connection', 'UND_ERR_CONNECT_TIMEOUT', true],
  ['connection', 'ERR_TLS_CERT_ALTNAME_INVALID', true],
  ['refused_address', undefined, true],
  ['connection', 'ECONNRESET', false],
  ['connection', 'UND_ERR_SOCKET', false],
  ['connection', undefined, false],
  ['timeout', undefined, false],
  ['too_large', undefined, false],
] as const)(
  'after %s (%s) the request may be taken as never sent: %s',
  (reason, code, expected) => {
    const cause = new NotReached(reason, code === undefined ? undefined : { code });
    expect(wasNeverSent(new KommoError('unavailable', { cause }))).toBe(expected);
  },
);
