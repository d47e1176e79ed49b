import { screen, waitFor } from '@testing-library/react';
import type { Attempt } from '../../src/contract/api.ts';
import { type Backend, startBackend } from './support/backend.ts';
import { makeAttempt, makeChannel, makeSettings } from './support/make.ts';
import { type OpenSettings, openSettings } from './support/open-settings.tsx';

const MINUTE_MS = 60_000;
const SIGN_IN = 'https://slack.test/oauth/v2/authorize?state=abc';
const bot = { external_id: '7000000001', name: 'Demo Support', handle: '@demo_support_bot' };

const QR = {
  image: 'data:image/png;base64,iVBORw0KGgo=',
  expires_at: new Date(Date.now() + 45_000).toISOString(),
  refreshed: 2,
  refreshes: 6,
};

const ATTEMPTS: Record<'oauth' | 'qr' | 'api_key', Attempt> = {
  oauth: makeAttempt({ connector: 'slack', auth: 'oauth', authorize_url: SIGN_IN }),
  qr: makeAttempt({ connector: 'waha', auth: 'qr', qr: QR }),
  api_key: makeAttempt({ state: 'confirm', account: bot }),
};

/** Begins an attempt of each kind as the admin does, up to the point where it waits for them. */
const BEGIN = {
  async oauth({ user }: OpenSettings) {
    await user.click(await screen.findByRole('button', { name: /^Slack/ }));
    await screen.findByRole('button', { name: 'Sign in to Slack' });
  },
  async qr({ user }: OpenSettings) {
    await user.click(await screen.findByRole('button', { name: /^WhatsApp/ }));
    await user.click(await screen.findByRole('button', { name: 'Show the QR code' }));
    await screen.findByRole('img', { name: /QR code/ });
  },
  async api_key({ user }: OpenSettings) {
    await user.click(await screen.findByRole('button', { name: /^Telegram/ }));
    await user.type(await screen.findByLabelText('Bot token'), '7000000001:good');
    await user.click(screen.getByRole('button', { name: 'Connect' }));
    await screen.findByRole('heading', { name: 'Is this the right account?' });
  },
};

async function begin(kind: keyof typeof BEGIN): Promise<{ backend: Backend; page: OpenSettings }> {
  const backend = startBackend();
  backend.attempt = ATTEMPTS[kind];
  backend.onCredentials = () => ATTEMPTS.api_key;
  const page = await openSettings();
  await page.user.click(screen.getByRole('button', { name: 'Connect a chat account' }));
  await BEGIN[kind](page);
  await waitFor(() => expect(starts(backend)).toHaveLength(1));
  return { backend, page };
}

/** A page that is loaded anew keeps what the tab remembers, and nothing else. */
function reload(page: OpenSettings, laterByMs = 0): Promise<OpenSettings> {
  page.close();
  return openSettings({ waitFor: 'nothing', laterByMs });
}

/** Only of the service at hand: what the page of the test before asked for may still be on its way. */
const starts = (backend: Backend) =>
  backend.writes.filter(
    ({ path, body }) =>
      path === '/messenger/channels' &&
      (body as { connector: string }).connector === backend.attempt?.connector,
  );

/** The attempt as the server has it by now. */
function later(backend: Backend, change: Partial<Attempt>): void {
  backend.attempt = { ...backend.attempt, server_time: new Date().toISOString(), ...change };
}

test('a sign-in goes on after a reload: the page waits for it, and can open the window again', async () => {
  const { backend, page } = await begin('oauth');
  await reload(page);
  expect(await screen.findByText(/You were signing in to Slack/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Open the window again' })).toBeEnabled();
  expect(screen.getByRole('heading', { name: 'Connect Slack' })).toHaveFocus();

  const channel = makeChannel({ connector: 'slack', name: 'Acme' });
  const account = { external_id: 'T1', name: 'Acme', handle: 'acme.slack.com' };
  backend.settings = makeSettings({ status: 'new', channels: [channel] });
  await waitFor(() => backend.push({ ...backend.attempt, state: 'connected', account, channel }));
  expect(await screen.findByText('acme.slack.com')).toBeVisible();
});

test('a code goes on after a reload with the code that is shown now', async () => {
  const { backend, page } = await begin('qr');
  later(backend, { qr: { ...QR, refreshed: 4 } });
  await reload(page);
  expect(await screen.findByRole('img', { name: /QR code/ })).toBeVisible();
  expect(screen.getByText(/Code 5 of 7/)).toBeVisible();
});

test('the question about a bot is asked again after a reload, and the yes counts', async () => {
  const { backend, page } = await begin('api_key');
  const { user } = await reload(page);
  expect(await screen.findByText('@demo_support_bot')).toBeVisible();
  const channel = makeChannel({ account: bot });
  backend.settings = makeSettings({ status: 'new', channels: [channel] });
  backend.onCredentials = () => makeAttempt({ state: 'connected', account: bot, channel });
  await user.click(screen.getByRole('button', { name: 'Connect this account' }));
  expect(await screen.findByText('Demo Support is connected')).toBeVisible();
});

test('the form of a refused key comes back empty after a reload', async () => {
  const { backend, page } = await begin('api_key');
  later(backend, { state: 'waiting' });
  await reload(page);
  expect(await screen.findByLabelText('Bot token')).toHaveValue('');
});

test.each(['oauth', 'qr', 'api_key'] as const)(
  'the tab remembers of an %s attempt how to ask for it, and no key',
  async (kind) => {
    const { backend, page } = await begin(kind);
    const remembered = Object.entries(sessionStorage);
    expect(remembered).toHaveLength(1);
    const [[name, text] = ['', '']] = remembered;
    expect(name).toBe('chat-connector:attempt:31263018:8001');
    expect(Object.keys(JSON.parse(text)).sort()).toEqual([
      'accountId',
      'connector',
      'idempotencyKey',
      'startedAt',
    ]);
    await reload(page);
    await waitFor(() => expect(starts(backend)).toHaveLength(2));
    const [first, second] = starts(backend);
    expect(second).toEqual(first);
    expect(Object.keys(localStorage)).toEqual([]);
  },
);

test('an account connected during the reload is in the list, and the page says so', async () => {
  const { backend, page } = await begin('oauth');
  const channel = makeChannel({ connector: 'slack', name: 'Acme' });
  backend.settings = makeSettings({ status: 'new', channels: [channel] });
  later(backend, { state: 'connected', channel });
  await reload(page);
  expect(await screen.findByText('Acme is connected')).toBeVisible();
  expect(screen.getByRole('listitem', { name: 'Acme' })).toBeVisible();
  expect(sessionStorage).toHaveLength(0);
});

test.each([
  ['cancelled', 'superseded', 'started again in another tab'],
  ['failed', 'denied', 'You cancelled'],
  ['expired', 'timed_out', 'Connecting took too long'],
] as const)('an attempt that %s during the reload says so once', async (state, reason, text) => {
  const { backend, page } = await begin('oauth');
  later(backend, { state, reason });
  const second = await reload(page);
  expect(await screen.findByText(new RegExp(text))).toBeVisible();
  await reload(second);
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
  expect(starts(backend)).toHaveLength(2);
});

test('after its time an attempt is over without a request that could begin another', async () => {
  const { backend, page } = await begin('oauth');
  await reload(page, 16 * MINUTE_MS);
  expect(await screen.findByText('Connecting took too long')).toBeVisible();
  expect(starts(backend)).toHaveLength(1);
});

test('of an attempt from long ago nobody is told', async () => {
  const { backend, page } = await begin('oauth');
  await reload(page, 61 * MINUTE_MS);
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
  expect(starts(backend)).toHaveLength(1);
});

test('an attempt that the server had forgotten, and began anew, is given up', async () => {
  const { backend, page } = await begin('oauth');
  backend.forgetAnswers();
  later(backend, { id: 'attempt-2' });
  await reload(page, 5 * MINUTE_MS);
  expect(await screen.findByText('Connecting took too long')).toBeVisible();
  await waitFor(() =>
    expect(backend.writes.at(-1)).toMatchObject({
      method: 'DELETE',
      path: '/messenger/attempts/attempt-2',
    }),
  );
});

test('another user of the same browser is shown nothing of it', async () => {
  const { backend, page } = await begin('oauth');
  backend.settings = makeSettings({ user: { id: 8009, is_admin: true } });
  await reload(page);
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
  expect(starts(backend)).toHaveLength(1);
});

test('a server that does not answer at the reload is found by the next one', async () => {
  const { backend, page } = await begin('oauth');
  backend.failNext('POST /messenger/channels', 'lost', 'lost', 'lost');
  const second = await reload(page);
  await second.clock.skip();
  await second.clock.skip();
  expect(await screen.findByText('The account was not connected')).toBeVisible();
  await reload(second);
  expect(await screen.findByText(/You were signing in to Slack/)).toBeVisible();
  expect(new Set(starts(backend).map(({ key }) => key)).size).toBe(1);
});

test('an attempt that was left is not taken up again', async () => {
  const { page } = await begin('oauth');
  await page.user.click(screen.getByRole('button', { name: 'Back' }));
  await reload(page);
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
});

test('what another widget left in our place is no attempt', async () => {
  startBackend();
  sessionStorage.setItem('chat-connector:attempt:31263018:8001', '{"hello": "world"');
  await openSettings();
  expect(screen.getByText('No chat account is connected yet.')).toBeVisible();
});

test('a browser that forbids storage connects all the same', async () => {
  const own = Object.getOwnPropertyDescriptor(window, 'sessionStorage');
  Object.defineProperty(window, 'sessionStorage', {
    configurable: true,
    get: () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    },
  });
  try {
    const { page } = await begin('qr');
    expect(await screen.findByRole('img', { name: /QR code/ })).toBeVisible();
    await reload(page);
    expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
  } finally {
    if (own) Object.defineProperty(window, 'sessionStorage', own);
  }
});

test('a modal that is closed in the middle of a sign-in opens with it again', async () => {
  const { backend, page } = await begin('oauth');
  page.close();
  page.reopen();
  expect(await screen.findByText(/You were signing in to Slack/)).toBeVisible();
  expect(starts(backend)).toHaveLength(1);
});
