import { act, screen, waitFor } from '@testing-library/react';
import { complaints } from './setup.ts';
import { startBackend } from './support/backend.ts';
import { createFakeHost } from './support/fake-host.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';

const CONSENT = 'https://www.kommo.com/oauth?client_id=1&state=abc&mode=post_message';

const browserOpen = window.open;
let opened: string[] = [];

beforeEach(() => {
  opened = [];
  window.open = (address) => {
    opened.push(String(address));
    return { closed: false } as Window;
  };
});

afterEach(() => {
  window.open = browserOpen;
});

test('before the installation nothing is asked of the backend; afterwards it is', async () => {
  const backend = startBackend();
  const host = createFakeHost();
  host.step = 'install';
  const { user } = await openSettings({ host, waitFor: 'nothing' });
  expect(await screen.findByText('Install the integration first')).toBeVisible();
  expect(backend.reads.settings).toBe(0);
  await user.click(screen.getByRole('button', { name: 'I have installed it' }));
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
});

test('while Kommo confirms the installation the screen waits and goes on by itself', async () => {
  const backend = startBackend(makeSettings({ install: { state: 'authorizing' } }));
  const { clock } = await openSettings({ waitFor: 'nothing' });
  expect(await screen.findByText('Waiting for Kommo')).toBeVisible();
  await clock.skip();
  expect(screen.getByText('Waiting for Kommo')).toBeVisible();
  backend.settings = makeSettings();
  await clock.skip();
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
});

test('settings that cannot be read once Kommo has confirmed say so, and appear by themselves', async () => {
  const backend = startBackend(makeSettings({ install: { state: 'authorizing' } }));
  const { clock } = await openSettings({ waitFor: 'nothing' });
  await screen.findByText('Waiting for Kommo');
  backend.settings = makeSettings();
  backend.failNext('GET /messenger/settings', { code: 'kommo_unavailable' });
  await clock.skip();
  expect(await screen.findByRole('alert')).toHaveTextContent(/The settings could not be loaded/);
  expect(screen.queryByText('Waiting for Kommo')).toBeNull();
  await clock.skip();
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('when the wait gets too long, the admin asks again', async () => {
  const backend = startBackend(
    makeSettings({ install: { state: 'authorizing', authorize_url: CONSENT } }),
  );
  const { clock, user } = await openSettings({ waitFor: 'nothing' });
  await screen.findByText('Waiting for Kommo');
  expect(screen.queryByRole('button', { name: 'Check again' })).toBeNull();
  for (let look = 0; look < 6; look += 1) await clock.skip();
  expect(await screen.findByRole('button', { name: 'Check again' })).toBeVisible();
  expect(backend.reads.settings).toBe(7);
  backend.settings = makeSettings();
  await user.click(screen.getByRole('button', { name: 'Check again' }));
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
});

test('a missing permission is given in a window, and the screen continues when it comes back', async () => {
  const backend = startBackend(
    makeSettings({ install: { state: 'authorization_required', authorize_url: CONSENT } }),
  );
  const { user } = await openSettings({ waitFor: 'nothing' });
  await screen.findByText('The integration needs access to Kommo');
  await user.click(screen.getByRole('button', { name: 'Allow access in Kommo' }));
  expect(opened).toEqual([CONSENT]);

  backend.settings = makeSettings();
  const data = { type: 'chat-connector:authorized', version: 1, session: '' };
  act(
    () =>
      void window.dispatchEvent(
        new MessageEvent('message', { origin: 'https://backend.test', data }),
      ),
  );
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
});

test('who is no administrator is told to ask one, and nothing about reading only', async () => {
  startBackend(
    makeSettings({
      install: { state: 'authorization_required' },
      channels: [makeChannel()],
      user: { id: 8002, is_admin: false },
    }),
  );
  await openSettings({ waitFor: 'nothing' });
  expect(
    await screen.findByText(/An administrator of this Kommo account must allow/),
  ).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Allow access in Kommo' })).toBeNull();
  expect(screen.queryByText(/Only an administrator can change/)).toBeNull();
});

test('access of somebody without rights is named as that, with the way to put it right', async () => {
  startBackend(
    makeSettings({
      install: {
        state: 'authorization_required',
        reason: 'rights_missing',
        authorize_url: CONSENT,
      },
      channels: [makeChannel()],
    }),
  );
  await openSettings({ waitFor: 'nothing' });
  expect(await screen.findByText('The integration does not have enough access')).toBeVisible();
  expect(screen.getByText(/is not an administrator of this account/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Allow access in Kommo' })).toBeVisible();
});

test('the end of an install is announced with its day', async () => {
  startBackend(
    makeSettings({
      install: {
        state: 'authorization_required',
        authorize_url: CONSENT,
        ends_at: '2026-12-24T12:00:00.000Z',
      },
      channels: [makeChannel()],
    }),
  );
  await openSettings({ waitFor: 'nothing' });
  expect(await screen.findByText(/by Dec 24, 2026, the channels connected here/)).toBeVisible();
});

test('a blocked consent window becomes a link', async () => {
  window.open = () => null;
  startBackend(
    makeSettings({ install: { state: 'authorization_required', authorize_url: CONSENT } }),
  );
  const { user } = await openSettings({ waitFor: 'nothing' });
  await user.click(await screen.findByRole('button', { name: 'Allow access in Kommo' }));
  expect(screen.getByRole('link', { name: "Open Kommo's page in a new tab" })).toHaveAttribute(
    'href',
    CONSENT,
  );
});

test('when the permission ends during a save, it is given again and the draft is still there', async () => {
  const channels = [makeChannel(), makeChannel({ id: 'channel-2', name: 'Demo Sales' })];
  const backend = startBackend(makeSettings({ channels }));
  const { user, pressSave } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  backend.failNext('PUT', { code: 'kommo_reauthorize', refreshTokenUrl: CONSENT });

  expect(await pressSave()).toBe(false);
  expect(screen.getByText('Access to Kommo has ended')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Allow access in Kommo' }));
  expect(opened).toEqual([CONSENT]);
  act(() => void window.dispatchEvent(new Event('focus')));
  await waitFor(() => expect(screen.queryByText('Access to Kommo has ended')).toBeNull());

  expect(screen.getByRole('radio', { name: 'Default: Demo Sales' })).toBeChecked();
  expect(await pressSave()).toBe(true);
  expect(backend.settings.default_channel_id).toBe('channel-2');
});

test('an address that is no web page is not offered', async () => {
  startBackend(
    makeSettings({
      install: { state: 'authorization_required', authorize_url: 'javascript:alert(1)' },
    }),
  );
  await openSettings({ waitFor: 'nothing' });
  await screen.findByText('The integration needs access to Kommo');
  expect(screen.queryByRole('button', { name: 'Allow access in Kommo' })).toBeNull();
});

test('settings that cannot be loaded say why, and are loaded on request', async () => {
  const backend = startBackend();
  backend.failNext('GET /messenger/settings', { code: 'storage_unavailable' });
  const { user } = await openSettings({ waitFor: 'nothing' });
  expect(screen.getByText('Loading the settings…')).toBeInTheDocument();
  expect(await screen.findByRole('alert')).toHaveTextContent(/cannot store anything right now/);
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('No chat account is connected yet.')).toBeVisible();
});

test('a screen that cannot draw what it got says so, and draws again what it gets next', async () => {
  const backend = startBackend(
    makeSettings({ channels: [{ ...makeChannel(), account: null as never }] }),
  );
  const { user } = await openSettings({ waitFor: 'nothing' });
  expect(await screen.findByText(/This part of the screen stopped working/)).toBeVisible();
  // React reports what the screen could not draw, also if it is caught. That is all that may be reported.
  expect(complaints.length).toBeGreaterThan(0);
  for (const said of complaints.splice(0))
    expect(said.map(String).join(' ')).toMatch(/TypeError|The above error occurred/);
  backend.settings = makeSettings({ channels: [makeChannel()] });
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('listitem', { name: 'Demo Support' })).toBeVisible();
});

test('an answer that makes no sense is a failure to load, not a crash', async () => {
  startBackend({} as never);
  await openSettings({ waitFor: 'nothing' });
  expect(await screen.findByRole('alert')).toHaveTextContent(/cannot be read/);
});

test('a Kommo session that ended asks for a reload of the page', async () => {
  startBackend();
  const host = createFakeHost();
  host.request = async () => ({ status: 401, body: { detail: 'Unauthorized' } });
  await openSettings({ host, waitFor: 'nothing' });
  expect(await screen.findByRole('alert')).toHaveTextContent(/Your Kommo session has ended/);
  expect(screen.getByRole('button', { name: 'Reload the page' })).toBeVisible();
});
