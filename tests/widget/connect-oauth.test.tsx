import { act, screen, waitFor } from '@testing-library/react';
import { type Backend, startBackend } from './support/backend.ts';
import { makeAttempt, makeChannel, makeSettings } from './support/make.ts';
import { type OpenSettings, openSettings } from './support/open-settings.tsx';

const SIGN_IN = 'https://slack.test/oauth/v2/authorize?state=abc';

/** A browser window as far as the widget looks at it. */
interface FakeWindow {
  closed: boolean;
  visited: string[];
  location: { replace(address: string): void };
  close(): void;
}

/** How long an empty window waits. */
const ADDRESS_TIMEOUT_MS = 20_000;

/** Puts the admin's window somewhere, which no script of a page can do in a browser. */
function setOwn(name: string, value: unknown): void {
  Object.defineProperty(window, name, { value, configurable: true });
}

const browserOpen = window.open;
let opened: { address: string; name: string; features: string }[] = [];
let popup: FakeWindow;
let isBlocked = false;

beforeEach(() => {
  opened = [];
  isBlocked = false;
  window.open = (address, name, features) => {
    opened.push({ address: String(address), name: name ?? '', features: features ?? '' });
    if (isBlocked) return null;
    popup = {
      closed: false,
      visited: [],
      location: { replace: (next) => void popup.visited.push(next) },
      close() {
        popup.closed = true;
      },
    };
    return popup as unknown as Window;
  };
});

afterEach(() => {
  window.open = browserOpen;
});

function start(): Backend {
  const backend = startBackend();
  backend.attempt = makeAttempt({ connector: 'slack', auth: 'oauth', authorize_url: SIGN_IN });
  return backend;
}

async function openSlack({ user }: OpenSettings): Promise<void> {
  await user.click(screen.getByRole('button', { name: 'Connect a chat account' }));
  await user.click(await screen.findByRole('button', { name: /^Slack/ }));
}

const button = () => screen.findByRole('button', { name: 'Sign in to Slack' });

test('the click opens the sign-in page, and the server says when it is done', async () => {
  const backend = start();
  const settings = await openSettings();
  await openSlack(settings);
  await waitFor(() => expect(backend.writes).toHaveLength(1));
  await settings.user.click(await button());
  expect(opened).toEqual([
    {
      address: SIGN_IN,
      name: 'chat-connector-attempt-1',
      features: expect.stringContaining('popup'),
    },
  ]);
  expect(screen.getByText('Waiting for you to finish in the other window…')).toBeVisible();

  const channel = makeChannel({ connector: 'slack', name: 'Acme' });
  backend.settings = makeSettings({ status: 'new', channels: [channel] });
  const account = { external_id: 'T1', name: 'Acme', handle: 'acme.slack.com' };
  backend.push({ ...backend.attempt, state: 'connected', account, channel });
  expect(await screen.findByText('acme.slack.com')).toBeVisible();
  await settings.user.click(screen.getByRole('button', { name: 'Continue' }));
  expect(await screen.findByText('Acme is connected')).toBeVisible();
});

test('a blocked window becomes a link to the same page, without a second click', async () => {
  const backend = start();
  const settings = await openSettings();
  await openSlack(settings);
  isBlocked = true;
  await waitFor(() => expect(backend.writes).toHaveLength(1));
  await settings.user.click(await button());
  const link = await screen.findByRole('link', { name: 'Slack sign-in page' });
  expect(link).toHaveAttribute('href', SIGN_IN);
  expect(link).toHaveAttribute('target', '_blank');
  expect(link).toHaveAttribute('rel', 'opener');
});

test('a click before the address is known opens an empty window that waits for it', async () => {
  const backend = start();
  backend.attempt = { ...backend.attempt, state: 'starting', authorize_url: undefined };
  const settings = await openSettings();
  await openSlack(settings);
  await settings.user.click(await button());
  expect(opened[0]?.address).toBe('about:blank');
  expect(popup.visited).toEqual([]);

  await waitFor(() =>
    backend.push({ ...backend.attempt, state: 'waiting', authorize_url: SIGN_IN }),
  );
  await waitFor(() => expect(popup.visited).toEqual([SIGN_IN]));
});

test('an empty window that waits too long for its address is closed, and that is said', async () => {
  const backend = start();
  backend.attempt = { ...backend.attempt, state: 'starting', authorize_url: undefined };
  const settings = await openSettings();
  await openSlack(settings);
  const signIn = await button();
  const realTimeout = globalThis.setTimeout;
  let giveUp = () => {};
  globalThis.setTimeout = ((run: () => void, after?: number) => {
    if (after === ADDRESS_TIMEOUT_MS) giveUp = run;
    return realTimeout(run, after);
  }) as typeof setTimeout;
  await settings.user.click(signIn);
  globalThis.setTimeout = realTimeout;
  act(giveUp);
  expect(await screen.findByText(/took too long to load/)).toBeVisible();
  expect(popup.closed).toBe(true);
});

test('the window is as large as the screen allows, at most 600 by 720, in the middle of the admin’s window', async () => {
  const screenSize = { availWidth: 1920, availHeight: 1040 };
  const place = { screenX: 2000, screenY: 100, outerWidth: 1000, outerHeight: 900 };
  const before = Object.keys(place).map((name) => [name, Reflect.get(window, name)] as const);
  const { screen: realScreen } = window;
  Object.defineProperty(window, 'screen', { value: screenSize, configurable: true });
  for (const [name, value] of Object.entries(place)) setOwn(name, value);
  try {
    start();
    const settings = await openSettings();
    await openSlack(settings);
    await settings.user.click(await button());
    expect(opened[0]?.features).toBe('popup=yes,width=600,height=720,left=2200,top=190');
    screenSize.availHeight = 600;
    popup.closed = true;
    await settings.user.click(await screen.findByRole('button', { name: 'Open the window again' }));
    expect(opened[1]?.features).toBe('popup=yes,width=600,height=600,left=2200,top=250');
  } finally {
    Object.defineProperty(window, 'screen', { value: realScreen, configurable: true });
    for (const [name, value] of before) setOwn(name, value);
  }
});

test('an address that is no web page is never opened', async () => {
  const backend = start();
  backend.attempt = { ...backend.attempt, authorize_url: 'javascript:alert(1)' };
  const settings = await openSettings();
  await openSlack(settings);
  await waitFor(() => expect(backend.writes).toHaveLength(1));
  await settings.user.click(await button());
  expect(opened.map(({ address }) => address)).toEqual(['about:blank']);
  expect(popup.visited).toEqual([]);
});

test('a window that seems closed is only a hint: the text changes and the attempt goes on', async () => {
  const backend = start();
  const settings = await openSettings();
  await openSlack(settings);
  await waitFor(() => expect(backend.writes).toHaveLength(1));
  await settings.user.click(await button());
  popup.closed = true;
  expect(await screen.findByText(/If you closed it, open it again/)).toBeVisible();
  await settings.user.click(screen.getByRole('button', { name: 'Open the window again' }));
  expect(opened).toHaveLength(2);
  expect(backend.writes).toHaveLength(1);
});

test('only the backend’s own page may hint, and then the server is asked', async () => {
  const backend = start();
  const settings = await openSettings();
  await openSlack(settings);
  await waitFor(() => expect(backend.writes).toHaveLength(1));
  await settings.user.click(await button());
  const before = backend.reads.attempt;
  const message = { type: 'chat-connector:attempt', version: 1, session: 'attempt-1' };
  const hint = (origin: string, data: unknown) =>
    act(() => void window.dispatchEvent(new MessageEvent('message', { origin, data })));

  hint('https://backend.test.evil.example', message);
  hint('https://backend.test', { ...message, session: 'attempt-2' });
  hint('https://backend.test', { ...message, version: 2 });
  hint('https://backend.test', null);
  expect(backend.reads.attempt).toBe(before);

  hint('https://backend.test', message);
  await waitFor(() => expect(backend.reads.attempt).toBe(before + 1));
});

test('an admin who says no is back at the button, and starts again with one click', async () => {
  const backend = start();
  const settings = await openSettings();
  await openSlack(settings);
  await waitFor(() => expect(backend.writes).toHaveLength(1));
  await settings.user.click(await button());
  const denied = { ...backend.attempt, state: 'failed', reason: 'denied' } as const;
  const again = `${SIGN_IN}-again`;
  backend.push(denied);
  backend.attempt = makeAttempt({ id: 'attempt-2', auth: 'oauth', authorize_url: again });
  expect(await screen.findByText('You cancelled')).toBeVisible();
  await waitFor(() => expect(backend.writes).toHaveLength(2));
  expect(await button()).toHaveFocus();
  expect(await button()).toHaveAccessibleDescription(/You cancelled/);

  await settings.user.click(await button());
  expect(opened.at(-1)?.address).toBe(again);
  expect(screen.queryByText('You cancelled')).toBeNull();
});

test('a next try that ends at once is not followed by another one', async () => {
  const backend = start();
  const settings = await openSettings();
  await openSlack(settings);
  await waitFor(() => expect(backend.writes).toHaveLength(1));
  await settings.user.click(await button());
  // What starts next is over before it has begun.
  backend.push({ ...backend.attempt, state: 'failed', reason: 'denied' });
  expect(await screen.findByRole('button', { name: 'Start again' })).toBeVisible();
  expect(backend.writes).toHaveLength(2);
});

test('a failure at the service names the cause and the attempt for support', async () => {
  const backend = start();
  const settings = await openSettings();
  await openSlack(settings);
  await waitFor(() => expect(backend.writes).toHaveLength(1));
  await button();
  await waitFor(() =>
    backend.push({ ...backend.attempt, state: 'failed', reason: 'service_unreachable' }),
  );
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('The service could not be reached');
  expect(alert).toHaveTextContent('attempt-1');
});

test('leaving closes the window and cancels the attempt', async () => {
  const backend = start();
  const settings = await openSettings();
  await openSlack(settings);
  await waitFor(() => expect(backend.writes).toHaveLength(1));
  await settings.user.click(await button());
  await settings.user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(popup.closed).toBe(true);
  await waitFor(() => expect(backend.writes.at(-1)?.method).toBe('DELETE'));
});
