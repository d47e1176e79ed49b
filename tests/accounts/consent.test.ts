import { DEMO, OTHER } from '../support/config.ts';
import { beginConsent, decideConsent, openCallback } from '../support/consent.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  server.emulator.reset();
  server.emulator.useBackend('https://connector.test', server.url);
  const { db } = server.database;
  await tablesOf(db).deleteFrom('install_codes').execute();
  await tablesOf(db).deleteFrom('consent_states').execute();
  await tablesOf(db).deleteFrom('accounts').execute();
});

const state = async () => (await server.api('GET', '/messenger/settings')).body.install.state;

const codes = () => tablesOf(server.database.db).selectFrom('install_codes').selectAll().execute();

test('a missed install is made good by the administrator’s consent', async () => {
  expect(await state()).toBe('authorization_required');
  const address = await beginConsent(server);
  expect(address.origin).toBe(`http://www.kommo.localhost:${server.emulator.port}`);
  expect(address.searchParams.get('mode')).toBe('post_message');
  expect(address.searchParams.get('state')).toMatch(/^[A-Za-z0-9_-]{43}$/);

  const page = await openCallback(server, await decideConsent(server, address));
  expect(page.status).toBe(200);
  expect(page.body).toContain('Kommo is connected');
  expect(page.body).toContain('You can close this window.');
  expect(await state()).toBe('active');
});

test('the page tells exactly the page that opened it, and needs no script to be read', async () => {
  const page = await openCallback(server, await decideConsent(server, await beginConsent(server)));
  const origin = `http://demo.kommo.localhost:${server.emulator.port}`;
  expect(page.body).toContain(
    `postMessage({"type":"chat-connector:authorized","version":1,"session":""},origin)`,
  );
  expect(page.body).toContain(`origin="${origin}"`);
  expect(page.body).not.toContain("'*'");
  const [, nonce] = /<script nonce="([^"]+)">/.exec(page.body) ?? [];
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain(`script-src 'nonce-${nonce}'`);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(page.headers.has('cross-origin-opener-policy')).toBe(false);
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page.headers.get('cache-control')).toBe('no-store');
});

test.each([
  ['es-MX,es;q=0.9,en;q=0.5', 'es', 'Kommo está conectado'],
  ['pt-BR', 'pt', 'O Kommo está conectado'],
  ['ja,fr', 'en', 'Kommo is connected'],
])('the page speaks the language of %s', async (accept, language, title) => {
  const redirect = await decideConsent(server, await beginConsent(server));
  const page = await openCallback(server, redirect, { 'accept-language': accept });
  expect(page.body).toContain(`<html lang="${language}">`);
  expect(page.body).toContain(title);
});

test('a state works once', async () => {
  const address = await beginConsent(server);
  await openCallback(server, await decideConsent(server, address));
  const again = await openCallback(server, await decideConsent(server, address));
  expect(again.status).toBe(400);
  expect(again.body).toContain('no longer valid');
  expect(await codes()).toHaveLength(1);
});

test('of two callbacks with one state only one is taken', async () => {
  const address = await beginConsent(server);
  const redirects = [await decideConsent(server, address), await decideConsent(server, address)];
  const pages = await Promise.all(redirects.map((redirect) => openCallback(server, redirect)));
  expect(pages.map(({ status }) => status).sort()).toEqual([200, 400]);
});

test('a state is over after ten minutes', async () => {
  const redirect = await decideConsent(server, await beginConsent(server));
  await tablesOf(server.database.db)
    .updateTable('consent_states')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .execute();
  expect((await openCallback(server, redirect)).status).toBe(400);
  expect(await codes()).toHaveLength(0);
});

test('the state lies in the database as a hash only', async () => {
  const address = await beginConsent(server);
  const rows = await tablesOf(server.database.db)
    .selectFrom('consent_states')
    .selectAll()
    .execute();
  expect(JSON.stringify(rows)).not.toContain(address.searchParams.get('state'));
  const [row] = rows;
  const life = (row?.expires_at.getTime() ?? 0) - Date.now();
  expect(life).toBeGreaterThan(590_000);
  expect(life).toBeLessThan(610_000);
});

test.each([
  ['another state', (url: URL) => url.searchParams.set('state', 'A'.repeat(43))],
  ['an empty state', (url: URL) => url.searchParams.set('state', '')],
  [
    'a state cut short',
    (url: URL) => url.searchParams.set('state', url.searchParams.get('state')?.slice(1) ?? ''),
  ],
  [
    'the state twice',
    (url: URL) => url.searchParams.append('state', url.searchParams.get('state') ?? ''),
  ],
  ['a foreign referer', (url: URL) => url.searchParams.set('referer', 'demo.kommo.com.evil.io')],
  ['no code', (url: URL) => url.searchParams.delete('code')],
  ['another integration', (url: URL) => url.searchParams.set('client_id', 'x')],
  ['another platform', (url: URL) => url.searchParams.set('platform', '1')],
])('a callback with %s installs nothing', async (_name, change) => {
  const redirect = await decideConsent(server, await beginConsent(server));
  change(redirect);
  const page = await openCallback(server, redirect);
  expect(page.status).toBe(400);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await codes()).toHaveLength(0);
  expect(await state()).toBe('authorization_required');
});

test('an install call never answers a consent, even with its state', async () => {
  const address = await beginConsent(server);
  const redirect = await decideConsent(server, address);
  redirect.searchParams.set('from_widget', '1');
  redirect.searchParams.set('code', 'def502made-up');
  const answer = await openCallback(server, redirect);
  expect(answer).toMatchObject({ status: 200, body: { status: 'accepted' } });
  const rows = await tablesOf(server.database.db)
    .selectFrom('consent_states')
    .selectAll()
    .execute();
  expect(rows).toMatchObject([{ used_at: null }]);
});

test('consenting for another account installs neither', async () => {
  const address = await beginConsent(server);
  const redirect = await decideConsent(server, address, { who: `${OTHER.id}:${OTHER.admin}` });
  const page = await openCallback(server, redirect);
  expect(page.status).toBe(400);
  expect(page.body).toContain('another Kommo account');
  expect(await tablesOf(server.database.db).selectFrom('accounts').selectAll().execute()).toEqual(
    [],
  );
});

test('a code of another account under the right host installs neither', async () => {
  const address = await beginConsent(server);
  const redirect = await decideConsent(server, address, { who: `${OTHER.id}:${OTHER.admin}` });
  redirect.searchParams.set('referer', 'demo.kommo.com');
  expect((await openCallback(server, redirect)).status).toBe(400);
  expect(await tablesOf(server.database.db).selectFrom('accounts').selectAll().execute()).toEqual(
    [],
  );
});

test('consenting as another user of the account installs nothing', async () => {
  await server.install('demo');
  server.emulator.revoke('demo');
  const address = await server.waitFor(async () => {
    const { body } = await server.api('GET', '/messenger/settings');
    return body.install?.authorize_url as string | undefined;
  });
  const redirect = await decideConsent(server, new URL(address), {
    who: `${DEMO.id}:${DEMO.manager}`,
  });
  const page = await openCallback(server, redirect);
  expect(page.status).toBe(400);
  expect(page.body).toContain('Another user gave access');
  expect(await state()).toBe('authorization_required');
});

test('saying no shows a page and changes nothing', async () => {
  const address = await beginConsent(server);
  const page = await openCallback(server, await decideConsent(server, address, { answer: 'deny' }));
  expect(page.status).toBe(200);
  expect(page.body).toContain('Access was not granted');
  expect(await state()).toBe('authorization_required');
  const used = await openCallback(server, await decideConsent(server, address));
  expect(used.status).toBe(400);
});

test('what a stranger writes into the address is not shown', async () => {
  const hostile = '"><script>alert(1)</script>';
  const queries: Record<string, string>[] = [
    { error: hostile, state: hostile },
    { error: 'access_denied', error_description: hostile, state: 'A'.repeat(43) },
    { state: hostile, code: hostile, referer: hostile },
  ];
  for (const query of queries) {
    const page = await openCallback(
      server,
      new URL(`https://connector.test/kommo/oauth/callback?${new URLSearchParams(query)}`),
    );
    expect(page.status).toBe(400);
    expect(page.body).not.toContain('alert(1)');
  }
});

test('while Kommo takes its time the page says so, and the install is finished all the same', async () => {
  const redirect = await decideConsent(server, await beginConsent(server));
  server.emulator.fault({
    match: { path: '/oauth2/access_token' },
    action: { status: 503 },
    times: 0,
  });
  const page = await openCallback(server, redirect);
  expect(page.body).toContain('Almost done');
  expect(await state()).toBe('authorizing');
  server.emulator.clearFaults();
  await server.waitFor(async () => (await state()) === 'active');
});

test('a dead grant is renewed by consent in the same install', async () => {
  await server.install('demo');
  server.emulator.revoke('demo');
  const refused = await server.waitFor(async () => {
    const answer = await server.api('GET', '/messenger/settings');
    return answer.body.install?.state === 'authorization_required' && answer;
  });
  const redirect = await decideConsent(server, new URL(refused.body.install.authorize_url));
  expect((await openCallback(server, redirect)).status).toBe(200);
  expect(await state()).toBe('active');
  const row = await tablesOf(server.database.db)
    .selectFrom('accounts')
    .select('epoch')
    .where('id', '=', DEMO.id)
    .executeTakeFirst();
  expect(row).toEqual({ epoch: 1 });
});
