import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CLIENT_ID } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

/** Every host this process tried to connect to over HTTP, noted before any name is looked up. */
const connections: string[] = [];
const note = (message: unknown) => {
  const { connectParams } = message as { connectParams: { hostname: string; port: string } };
  const address = `${connectParams.hostname}:${connectParams.port}`;
  // This file's own calls of the backend.
  if (`http://${address}` !== server.url) connections.push(address);
};

beforeAll(async () => {
  server = await startTestServer();
  subscribe('undici:client:beforeConnect', note);
});

afterAll(async () => {
  unsubscribe('undici:client:beforeConnect', note);
  await server.close();
});

const call = (referer: string) => {
  const query = new URLSearchParams({ code: 'def502aa', referer, client_id: CLIENT_ID });
  return server.api('GET', `/kommo/oauth/callback?${query}`, { token: null });
};

const codes = () => tablesOf(server.database.db).selectFrom('install_codes').selectAll().execute();

const TLDS = ['kommo.com', 'amocrm.com', 'amocrm.ru'];

const REFUSED = [
  // Nothing, and nothing like a host.
  '',
  ' ',
  '.',
  '..',
  '/',
  '//',
  ':',
  '@',
  '?',
  '#',
  '%',
  '*',
  '-',
  '_',
  'null',
  'undefined',
  'localhost',
  // Addresses.
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0.0.0.0',
  '[::1]',
  '::1',
  '[::ffff:127.0.0.1]',
  '169.254.169.254',
  '[fd00:ec2::254]',
  '10.0.0.1',
  '192.168.0.1',
  'metadata.google.internal',
  'localhost:9000',
  // Kommo’s own names that are no accounts.
  ...TLDS,
  ...TLDS.map((tld) => `www.${tld}`),
  ...TLDS.map((tld) => `amojo.${tld}`),
  'api.kommo.com',
  'api-c.kommo.com',
  'drive-c.kommo.com',
  'gso.kommo.com',
  // Names that only look like Kommo’s.
  'demo.kommo.com.evil.io',
  'demo.kommo.comevil.io',
  'demo.evilkommo.com',
  'evilkommo.com',
  'demo-kommo.com',
  'demo.kommo.co',
  'demo.kommo.com.br',
  'demo.kommo.io',
  'demo.amocrm.org',
  'demo.amocrm.com.ru',
  'demo.amocrm.net',
  'demo.kommo',
  'kommo.com.demo',
  'demo.kommo.com.',
  'demo.kommo.com..',
  '.demo.kommo.com',
  'demo..kommo.com',
  'a.b.kommo.com',
  'demo.www.kommo.com',
  '-demo.kommo.com',
  'demo-.kommo.com',
  'de_mo.kommo.com',
  'de mo.kommo.com',
  `${'a'.repeat(64)}.kommo.com`,
  `${'a'.repeat(300)}.kommo.com`,
  'xn--demo-kva.kommo.com',
  '*.kommo.com',
  'de*mo.kommo.com',
  // Other scripts and foldings.
  'dеmo.kommo.com',
  'demo.kоmmo.com',
  'demo.\u212aommo.com',
  'ｄｅｍｏ.kommo.com',
  'demo。kommo。com',
  'demo．kommo．com',
  'demo.kommo.ｃom',
  'demo\u200b.kommo.com',
  'demo\u00ad.kommo.com',
  'ﬁ.kommo.com',
  'ß.kommo.com',
  'İ.kommo.com',
  // Context a URL parser would split off.
  'evil.io@demo.kommo.com',
  'demo.kommo.com@evil.io',
  'user:pass@demo.kommo.com',
  'https://user@demo.kommo.com',
  'https://evil.io@demo.kommo.com',
  'https://demo.kommo.com@evil.io',
  'demo.kommo.com:443',
  'demo.kommo.com:8080',
  'https://demo.kommo.com:443',
  'demo.kommo.com:',
  'demo.kommo.com#evil.io',
  'demo.kommo.com?x=evil.io',
  'demo.kommo.com/path',
  'demo.kommo.com//',
  'https://demo.kommo.com//',
  'demo.kommo.com/../evil.io',
  'demo.kommo.com/.',
  'demo.kommo.com\\evil.io',
  'demo.kommo.com\\',
  'evil.io/demo.kommo.com',
  'evil.io?demo.kommo.com',
  'evil.io#demo.kommo.com',
  'evil.io\\demo.kommo.com',
  'evil.io\\@demo.kommo.com',
  'demo.kommo.com;evil.io',
  'demo.kommo.com,evil.io',
  'demo.kommo.com evil.io',
  'evil.io demo.kommo.com',
  'demo.kommo.com&evil.io',
  'demo.kommo.com|evil.io',
  // Schemes.
  'http://demo.kommo.com',
  'HTTP://demo.kommo.com',
  'ftp://demo.kommo.com',
  'file://demo.kommo.com',
  '//demo.kommo.com',
  ':demo.kommo.com',
  'https:demo.kommo.com',
  'https:/demo.kommo.com',
  'https:///demo.kommo.com',
  'https://https://demo.kommo.com',
  'https://',
  'javascript://demo.kommo.com',
  'data:demo.kommo.com',
  'wss://demo.kommo.com',
  'https:\\\\demo.kommo.com',
  // Control characters and encodings.
  'demo.kommo.com\0',
  'demo\0.kommo.com',
  'demo.kommo.com\0.evil.io',
  'demo.\nkommo.com',
  'de\rmo.kommo.com',
  'demo.kommo\t.com',
  'demo.kommo.com\r\nHost: evil.io',
  'demo%2ekommo%2ecom',
  'demo.kommo.com%00',
  'demo.kommo.com%2eevil.io',
  '%64emo.kommo.com',
  'demo.kommo.com%23evil.io',
  'demo.kommo.com%40evil.io',
  // Things a program would build.
  '[object Object]',
  '["demo.kommo.com"]',
  '{"host":"demo.kommo.com"}',
  '$' + '{host}.kommo.com',
  '<demo>.kommo.com',
  "demo'.kommo.com",
  '"demo".kommo.com',
  '(demo).kommo.com',
  'demo+x.kommo.com',
  'demo=x.kommo.com',
  'demo~.kommo.com',
  'demo!.kommo.com',
  'demo$.kommo.com',
  'demo^.kommo.com',
  '`demo`.kommo.com',
];

test('at least 120 wrong referers lead to no stored code, no lookup and no connection', async () => {
  expect(new Set(REFUSED).size).toBeGreaterThanOrEqual(120);
  const accepted: string[] = [];
  for (const referer of REFUSED) {
    const answer = await call(referer);
    if (answer.status !== 400 || answer.body.error.fields[0].path !== 'referer')
      accepted.push(referer);
  }
  expect(accepted).toEqual([]);
  expect(await codes()).toEqual([]);
  expect(server.emulator.requests()).toEqual([]);
  expect(connections).toEqual([]);
});

test.each([
  'demo.kommo.com',
  'https://demo.kommo.com',
  'https://demo.kommo.com/',
  'demo.kommo.com/',
  ' demo.kommo.com ',
  'DEMO.Kommo.COM',
  'demo.amocrm.com',
  'demo.amocrm.ru',
  'a.kommo.com',
  '1-2-3.kommo.com',
  `${'a'.repeat(63)}.kommo.com`,
])(
  'the referer %j names an account, and only that is called, by way of the emulator',
  async (referer) => {
    await tablesOf(server.database.db).deleteFrom('install_codes').execute();
    expect((await call(referer)).status).toBe(200);
    await server.waitFor(async () => (await codes()).every(({ state }) => state !== 'pending'));
    const allowed = `kommo.localhost:${server.emulator.port}`;
    expect(connections.filter((host) => host !== allowed)).toEqual([]);
  },
);
