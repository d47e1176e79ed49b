import { startTestServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

function open(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return server.api(method, path, { token: null, headers });
}

test.each([
  ['/help/start?lang=tr', 'en', 'tr', 'İlk adımlar'],
  ['/help/start?lang=pt-BR', 'en', 'pt', 'Primeiros passos'],
  ['/help/start', 'id-ID,id;q=0.9,en;q=0.5', 'id', 'Langkah pertama'],
  ['/help/start?lang=de', 'ja, es-MX;q=0.8', 'es', 'Primeros pasos'],
  ['/help/start?lang=de', 'ja', 'en', 'First steps'],
  ['/help/start?lang=../../package', 'ja', 'en', 'First steps'],
  ['/help/start?lang=__proto__', '', 'en', 'First steps'],
  ['/help/start?lang=es&lang=tr', '', 'es', 'Primeros pasos'],
])('%s for a browser that speaks %j is in %s', async (path, accepted, language, title) => {
  const { status, headers, body } = await open(path, { 'accept-language': accepted });
  expect(status).toBe(200);
  expect(headers.get('content-language')).toBe(language);
  expect(body).toContain(`<html lang="${language}">`);
  expect(body).toContain(`<h1>${title}</h1>`);
});

test('the index lists the topics, and each page offers the other languages', async () => {
  const { status, body } = await open('/help?lang=es');
  expect(status).toBe(200);
  expect(body).toContain('<a href="help/sign-in?lang=es">');
  const page = await open('/help/sign-in?lang=es');
  expect(page.body).toContain('<a href="../help?lang=es">');
  expect(page.body).toContain('<a href="?lang=id" hreflang="id" lang="id">Indonesia</a>');
  expect(page.body).toContain('lang="es" aria-current="true">Español</a>');
});

test.each(['nothing', 'index', 'not-found', '..%2f..%2fpackage', '__proto__', 'start.md'])(
  'the topic %s is told to be none, in the same look',
  async (topic) => {
    const { status, headers, body } = await open(`/help/${topic}?lang=tr`);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(body).toContain('<h1>Böyle bir sayfa yok</h1>');
    expect(body).toContain('<a href="../help?lang=tr">');
    expect(body).not.toContain(topic);
  },
);

test('a page may be kept, runs nothing, loads nothing and sets no cookie', async () => {
  const { headers, body } = await open('/help/troubleshooting');
  expect(headers.get('cache-control')).toBe('public, max-age=3600');
  expect(headers.get('vary')).toBe('Origin, Accept-Language');
  expect(headers.get('set-cookie')).toBeNull();
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none';style-src 'sha256-[\w+/=]+';/);
  expect(body).not.toContain('nonce');
});

test('HEAD tells the size and sends nothing', async () => {
  const { body } = await open('/help/messages?lang=tr');
  const head = await open('/help/messages?lang=tr', {}, 'HEAD');
  expect(head.status).toBe(200);
  expect(head.body).toBe('');
  expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(body)));
});
