import type english from '../../i18n/pages/en.json';
import { PAGE_TEXTS } from '../../src/server/platform/http/page-text.ts';
import {
  begin,
  connectBot,
  disconnectAll,
  pollAttempt,
  readSettings,
  submit,
} from '../support/channels.ts';
import { DEMO, PUBLIC_URL } from '../support/config.ts';
import { decideAtSlack } from '../support/slack.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ env: { MAX_CHANNELS: '2' } });
  await server.install();
});
afterAll(() => server.close());
afterEach(() => disconnectAll(server));

test('a sign-in that is allowed becomes a channel, and the page tells the opener', async () => {
  const started = await begin(server, { connector: 'slack' });
  expect(started.attempt).toMatchObject({ auth: 'oauth', state: 'waiting' });
  const authorizeUrl = new URL(started.attempt.authorize_url ?? '');
  expect(authorizeUrl.searchParams.get('redirect_uri')).toBe(
    `${PUBLIC_URL}/connect/callback/slack`,
  );
  expect(authorizeUrl.searchParams.get('state')).toMatch(/^[A-Za-z0-9_-]{43}$/);

  const page = await callback(await allow(started));
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('cross-origin-opener-policy')).toBeNull();
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.body).toContain('Demo Workspace is connected');
  expect(page.body).toContain(
    JSON.stringify({ type: 'chat-connector:attempt', version: 1, session: started.attempt.id }),
  );
  expect(page.body).toContain(
    `const origin="http://demo.kommo.localhost:${server.emulator.port}";`,
  );

  expect(await pollAttempt(server, started)).toMatchObject({
    state: 'connected',
    account: { external_id: expect.any(String), name: 'Demo Workspace' },
    channel: { name: 'Demo Workspace', connector: 'slack', status: 'connected' },
  });
});

test('the redirect works once; coming again shows the result and does nothing', async () => {
  const started = await begin(server, { connector: 'slack' });
  const path = await allow(started);
  await callback(path);
  const exchanges = server.emulator.requests({ path: '/api/oauth.v2.access' }).length;
  const again = await callback(path);
  expect([again.status, again.body.includes('is connected')]).toEqual([200, true]);
  expect(server.emulator.requests({ path: '/api/oauth.v2.access' })).toHaveLength(exchanges);
  expect((await readSettings(server)).channels).toHaveLength(1);
});

test.each(['', '?state=', '?state=unknown&code=x', '?state=a&state=b&code=x', '?code=x'])(
  'a redirect with %p opens nothing and calls nobody',
  async (query) => {
    const page = await callback(`/connect/callback/slack${query}`);
    expect([page.status, page.body.includes('no longer valid')]).toEqual([400, true]);
    expect(page.body).not.toContain('postMessage');
  },
);

test('a redirect of one service never satisfies an attempt of another one', async () => {
  const started = await begin(server, { connector: 'slack' });
  const path = (await allow(started)).replace('/callback/slack', '/callback/telegram');
  expect((await callback(path)).status).toBe(400);
  expect(await pollAttempt(server, started)).toMatchObject({ state: 'waiting' });
});

test('a person who refuses cancels the attempt', async () => {
  const started = await begin(server, { connector: 'slack' });
  const path = await decideAtSlack(server, started.attempt.authorize_url ?? '', {
    decision: 'cancel',
  });
  expect((await callback(path)).body).toContain('You cancelled');
  expect(await pollAttempt(server, started)).toMatchObject({
    state: 'cancelled',
    reason: 'denied',
  });
});

test('a redirect that comes after the attempt was cancelled stores nothing and says so', async () => {
  const started = await begin(server, { connector: 'slack' });
  const path = await allow(started);
  await server.api('DELETE', `/messenger/attempts/${started.attempt.id}`);
  expect((await callback(path)).body).toContain('This sign-in was cancelled');
  expect(await pollAttempt(server, started)).toMatchObject({ state: 'cancelled' });
  expect((await readSettings(server)).channels).toEqual([]);
});

test('a redirect that comes too late stores nothing and says so', async () => {
  const started = await begin(server, { connector: 'slack' });
  const path = await allow(started);
  await tablesOf(server.context.db)
    .updateTable('attempts')
    .set({ expires_at: new Date(Date.now() - 1) })
    .where('id', '=', started.attempt.id)
    .execute();
  expect((await callback(path)).body).toContain('This took too long');
  expect((await readSettings(server)).channels).toEqual([]);
});

test('a service that fails ends the attempt with the reason', async () => {
  const started = await begin(server, { connector: 'slack' });
  const path = await allow(started);
  server.emulator.fault({
    match: { path: '/api/oauth.v2.access' },
    action: { status: 503 },
    times: 0,
  });
  expect((await callback(path)).body).toContain('The service did not answer');
  expect(await pollAttempt(server, started)).toMatchObject({
    state: 'failed',
    reason: 'service_unreachable',
  });
});

test('an error in the redirect is never shown as it came', async () => {
  const started = await begin(server, { connector: 'slack' });
  const state = new URL(started.attempt.authorize_url ?? '').searchParams.get('state');
  const error = encodeURIComponent('<script>alert(1)</script>');
  const page = await callback(
    `/connect/callback/slack?state=${state}&error=${error}&error_description=${error}`,
  );
  expect(page.body).not.toContain('alert(1)');
  expect(await pollAttempt(server, started)).toMatchObject({
    state: 'failed',
    reason: 'service_error',
  });
});

test('what a service says in its refusal is in the log, on one line and without the state', async () => {
  const started = await begin(server, { connector: 'slack' });
  const state = new URL(started.attempt.authorize_url ?? '').searchParams.get('state') ?? '';
  const query = new URLSearchParams({
    state,
    error: 'invalid_scope',
    error_description: `The scope users:read is\n not set up. ${state} ${'x'.repeat(2_000)}`,
  });
  await callback(`/connect/callback/slack?${query}`);
  const lines = server.logs.map((line) => JSON.parse(line));
  const line = lines.find(({ attemptId }) => attemptId === started.attempt.id);
  expect(line).toMatchObject({
    level: 'warn',
    msg: 'an OAuth sign-in was refused',
    connector: 'slack',
    error: 'invalid_scope',
    description: expect.stringContaining('The scope users:read is not set up. …'),
  });
  expect(line.description.length).toBeLessThanOrEqual(200);
  expect(server.logs.join('')).not.toContain(state);
});

test('why a sign-in failed is in the log', async () => {
  const started = await begin(server, { connector: 'slack' });
  const path = await allow(started);
  server.emulator.fault({
    match: { path: '/api/oauth.v2.access' },
    action: { status: 503 },
    times: 1,
  });
  await callback(path);
  const lines = server.logs.map((line) => JSON.parse(line));
  const line = lines.find(({ attemptId }) => attemptId === started.attempt.id);
  expect(line).toMatchObject({
    level: 'warn',
    msg: 'an OAuth sign-in failed',
    err: { cause: expect.stringContaining('503') },
  });
});

test('a workspace that is connected already fails the attempt and keeps its channel working', async () => {
  await callback(await allow(await begin(server, { connector: 'slack' })));
  const [channel] = (await readSettings(server)).channels;
  const second = await begin(server, { connector: 'slack' });
  const page = await callback(await allow(second));
  expect(page.body).toContain('Already connected');
  expect(page.body).toContain('Demo Workspace is already one of your channels.');
  expect(await pollAttempt(server, second)).toMatchObject({
    state: 'failed',
    reason: 'already_connected',
    account: { name: 'Demo Workspace' },
    channel: { id: channel?.id },
  });
  expect((await readSettings(server)).channels).toEqual([channel]);
});

test('another workspace on reconnect is asked about, and the yes replaces it', async () => {
  await callback(await allow(await begin(server, { connector: 'slack' })));
  const [channel] = (await readSettings(server)).channels;
  const started = await begin(server, { connector: 'slack', channel_id: channel?.id ?? '' });
  const page = await callback(await allow(started, 'T0EMULATED2'));
  expect(page.body).toContain('You signed in as Second Workspace');
  expect(await pollAttempt(server, started)).toMatchObject({
    state: 'confirm',
    reason: 'different_account',
  });
  expect((await readSettings(server)).channels).toEqual([channel]);
  const yes = await submit(server, started.attempt.id, { confirm: true });
  expect(yes.body.attempt).toMatchObject({
    state: 'connected',
    account: { name: 'Second Workspace' },
  });
  expect((await readSettings(server)).channels).toMatchObject([
    { id: channel?.id, account: { name: 'Second Workspace' } },
  ]);
});

test('the page speaks the account’s language and escapes the account’s name', async () => {
  const settings = await readSettings(server);
  const account = server.emulator.state.accounts.find(({ id }) => id === DEMO.id);
  if (account) account.language = 'pt-BR';
  await tablesOf(server.context.db)
    .updateTable('accounts')
    .set({ refreshed_at: new Date(0) })
    .execute();
  await server.waitFor(async () => (await readSettings(server)).account.language === 'pt-BR');
  server.emulator.fault({
    match: { path: '/api/oauth.v2.access' },
    action: { extra: { team: { id: 'T9', name: '</script><img src=x onerror=alert(1)>' } } },
  });
  const page = await callback(await allow(await begin(server, { connector: 'slack' })));
  expect(page.body).toContain('<html lang="pt">');
  expect(page.body).not.toContain('<img');
  if (account) account.language = settings.account.language;
});

test('removing the channel revokes its grant at the service', async () => {
  await callback(await allow(await begin(server, { connector: 'slack' })));
  const [channel] = (await readSettings(server)).channels;
  const before = server.emulator.requests({ path: '/api/auth.revoke' }).length;
  await server.api('DELETE', `/messenger/channels/${channel?.id}`);
  await server.waitFor(
    () => server.emulator.requests({ path: '/api/auth.revoke' }).length > before,
  );
  await server.waitFor(async () => {
    const left = await tablesOf(server.context.db)
      .selectFrom('session_endings')
      .select('id')
      .execute();
    return left.length === 0;
  });
});

/** How each page comes about. @returns what the browser is shown, and what stands for `{{name}}` */
const PAGES: Record<keyof typeof english.sign_in, () => Promise<{ body: string; name?: string }>> =
  {
    connected: async () => ({ ...(await signIn()), name: 'Demo Workspace' }),
    confirm: async () => {
      await signIn();
      const [channel] = (await readSettings(server)).channels;
      const again = { connector: 'slack', channel_id: channel?.id ?? '' };
      return { ...(await signIn('T0EMULATED2', again)), name: 'Second Workspace' };
    },
    denied: async () => {
      const { attempt } = await begin(server, { connector: 'slack' });
      const choice = { decision: 'cancel' } as const;
      return callback(await decideAtSlack(server, attempt.authorize_url ?? '', choice));
    },
    cancelled: async () => {
      const started = await begin(server, { connector: 'slack' });
      const path = await allow(started);
      await server.api('DELETE', `/messenger/attempts/${started.attempt.id}`);
      return callback(path);
    },
    expired: async () => {
      const started = await begin(server, { connector: 'slack' });
      const path = await allow(started);
      await tablesOf(server.context.db)
        .updateTable('attempts')
        .set({ expires_at: new Date(Date.now() - 1) })
        .where('id', '=', started.attempt.id)
        .execute();
      return callback(path);
    },
    already_connected: async () => {
      await signIn();
      return { ...(await signIn()), name: 'Demo Workspace' };
    },
    channel_limit_reached: async () => {
      const path = await allow(await begin(server, { connector: 'slack' }));
      await connectBot(server, 1);
      await connectBot(server, 2);
      return callback(path);
    },
    unreachable: async () => {
      const match = { path: '/api/oauth.v2.access' };
      server.emulator.fault({ match, action: { status: 503 }, times: 0 });
      return signIn();
    },
    failed: async () => {
      const { attempt } = await begin(server, { connector: 'slack' });
      const state = new URL(attempt.authorize_url ?? '').searchParams.get('state');
      return callback(`/connect/callback/slack?state=${state}&error=invalid_scope`);
    },
    unknown: () => callback('/connect/callback/slack?state=unknown&code=x'),
  };

test.each(Object.entries(PAGES))('the page says what happened: %s', async (key, act) => {
  const { body, name = '' } = await act();
  const texts = PAGE_TEXTS.get(/<html lang="(\w+)"/.exec(body)?.[1] ?? '');
  const { title = '', text = '' } = texts?.pages.sign_in?.[key] ?? {};
  for (const words of [title, text]) {
    expect(words).not.toBe('');
    expect(body).toContain(words.replace('{{name}}', name));
  }
  expect(body).toContain(`<button type="button" hidden>${texts?.close}</button>`);
});

async function signIn(team?: string, input: Parameters<typeof begin>[1] = { connector: 'slack' }) {
  return callback(await allow(await begin(server, input), team));
}

function allow(started: { attempt: { authorize_url?: string } }, team?: string): Promise<string> {
  return decideAtSlack(server, started.attempt.authorize_url ?? '', {
    decision: 'allow',
    ...(team !== undefined && { team }),
  });
}

function callback(path: string) {
  return server.api('GET', path, { token: null });
}
