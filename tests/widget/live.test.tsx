import { act, screen, waitFor } from '@testing-library/react';
import { startBackend } from './support/backend.ts';
import { makeChannel, makeMessages, makeSettings } from './support/make.ts';
import { type OpenSettings, openSettings as open } from './support/open-settings.tsx';

const MINUTE_MS = 60_000;

const before = (ms: number) => new Date(Date.now() - ms).toISOString();

/** One channel, and a backend that tells how it is doing. */
function startWatched(checkedAgoMs = 1_000) {
  const channel = makeChannel({ checked_at: before(checkedAgoMs) });
  const backend = startBackend(makeSettings({ channels: [channel] }));
  backend.hasWatch = true;
  return { backend, channel };
}

function setVisible(isVisible: boolean): void {
  Object.defineProperty(document, 'hidden', { value: !isVisible, configurable: true });
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
}

const opened: OpenSettings[] = [];

async function openSettings(): Promise<OpenSettings> {
  const modal = await open();
  opened.push(modal);
  return modal;
}

afterEach(() => {
  for (const { app } of opened.splice(0)) app.close();
  setVisible(true);
});

const refreshButton = () => screen.findByRole('button', { name: /^Check now/ });

test('a status, a figure and the sync show as they change, and the draft stays', async () => {
  const { backend, channel } = startWatched();
  const { app } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  act(() => app.settings.rename(channel.id, 'Mine'));
  const reads = backend.reads.settings;
  act(() =>
    backend.tell({
      channels: [
        {
          ...channel,
          status: 'phone_offline',
          status_reason: 'phone_offline',
          messages: makeMessages({ undelivered: 3 }),
        },
      ],
      sync: { state: 'failed', error_code: 'kommo_unavailable' },
    }),
  );
  await waitFor(() => expect(app.settings.get().saved?.channels[0]?.status).toBe('phone_offline'));
  const { saved, edits } = app.settings.get();
  expect(saved?.channels[0]).toMatchObject({ name: channel.name, messages: { undelivered: 3 } });
  expect(edits.names).toEqual({ [channel.id]: 'Mine' });
  expect(await screen.findByText('Sync failed')).toBeTruthy();
  expect(backend.reads.settings).toBe(reads);
});

test('a sync is not asked about while the backend tells how it ends', async () => {
  const { backend } = startWatched();
  backend.settings = { ...backend.settings, sync: { state: 'running' } };
  const { app, clock } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  const reads = backend.reads.settings;
  await clock.advance(MINUTE_MS / 2);
  expect(backend.reads.settings).toBe(reads);
  act(() => backend.tell({ sync: { state: 'done', finished_at: before(0) } }));
  expect(await screen.findByText('In sync')).toBeTruthy();
});

test('without a watch, a sync is asked about as before', async () => {
  const { backend } = startWatched();
  backend.hasWatch = false;
  backend.settings = { ...backend.settings, sync: { state: 'running' } };
  const { app, clock } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('failed'));
  backend.settings = { ...backend.settings, sync: { state: 'done', finished_at: before(0) } };
  await clock.advance(1_100);
  expect(await screen.findByText('In sync')).toBeTruthy();
  expect(screen.getByText(/^Updates do not arrive/)).toBeTruthy();
});

test('channels it did not know have the settings read again, once', async () => {
  const { backend, channel } = startWatched();
  const { app } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  const reads = backend.reads.settings;
  const stranger = { ...channel, id: 'channel-9' };
  for (let times = 0; times < 3; times += 1)
    act(() => backend.tell({ channels: [channel, stranger] }));
  await waitFor(() => expect(backend.reads.settings).toBe(reads + 1));
  await waitFor(() => expect(app.settings.get().isLoading).toBe(false));
  act(() => backend.tell({ channels: [channel, stranger] }));
  await waitFor(() => expect(app.settings.get().isLoading).toBe(false));
  expect(backend.reads.settings).toBe(reads + 1);
});

test('a stream that breaks is opened again with the same key', async () => {
  const { backend } = startWatched();
  const { app, clock } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  act(() => backend.cutWatches());
  expect(await screen.findByText('Reconnecting…')).toBeTruthy();
  await clock.advance(1_100);
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  expect(backend.watches).toEqual({ begun: 1, opened: 2 });
});

test('a key that has ended is replaced; one that never opened anything is not', async () => {
  const { backend } = startWatched();
  const { app, clock } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  act(() => backend.cutWatches(true));
  await waitFor(() => expect(app.settings.get().live).toBe('broken'));
  await clock.advance(1_100);
  await waitFor(() => expect(backend.watches).toEqual({ begun: 2, opened: 2 }));
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  backend.failNext('GET /watch/events', { code: 'unauthorized' }, { code: 'unauthorized' });
  act(() => backend.cutWatches());
  await waitFor(() => expect(app.settings.get().live).toBe('broken'));
  // The pauses grow.
  await clock.advance(2_100);
  await waitFor(() => expect(app.settings.get().live).toBe('failed'));
  expect(backend.watches.begun).toBe(3);
});

test('a hidden page hears nothing; once it is visible, it knows at once', async () => {
  const { backend, channel } = startWatched();
  const { app } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  setVisible(false);
  backend.settings = {
    ...backend.settings,
    channels: [{ ...channel, status: 'error', status_reason: 'service_error' }],
  };
  act(() => backend.tell());
  expect(app.settings.get().saved?.channels[0]?.status).toBe('connected');
  setVisible(true);
  await waitFor(() => expect(app.settings.get().saved?.channels[0]?.status).toBe('error'));
  expect(backend.watches).toEqual({ begun: 1, opened: 2 });
});

test('closing the modal ends the watch, and opening it begins another', async () => {
  const { backend } = startWatched();
  const { app, close, reopen } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  close();
  expect(app.settings.get().live).toBe('off');
  reopen();
  await waitFor(() => expect(backend.watches.begun).toBe(2));
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
});

test('the line says since when the oldest status is known', async () => {
  const channels = [
    makeChannel({ checked_at: before(3 * MINUTE_MS) }),
    makeChannel({ id: 'channel-2', checked_at: before(MINUTE_MS) }),
    makeChannel({ id: 'channel-3', status: 'paused', checked_at: before(9 * MINUTE_MS) }),
  ];
  startBackend(makeSettings({ channels }));
  await openSettings();
  expect(await screen.findByText('Checked 3 minutes ago.')).toBeTruthy();
});

test('the button has services asked, and says when all have answered', async () => {
  const { backend, channel } = startWatched(3 * MINUTE_MS);
  const { app, user } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  await user.click(await refreshButton());
  await waitFor(() => expect(backend.watches.begun).toBe(2));
  expect((await refreshButton()).getAttribute('aria-busy')).toBe('true');
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  act(() => backend.tell({ channels: [{ ...channel, checked_at: before(0) }] }));
  expect(await screen.findByText('The statuses are up to date.')).toBeTruthy();
  expect(screen.getByText('Checked just now.')).toBeTruthy();
  expect((await refreshButton()).getAttribute('aria-busy')).toBeNull();
});

test('a service that does not answer is told of', async () => {
  startWatched(3 * MINUTE_MS);
  const { app, user, clock } = await openSettings();
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  await user.click(await refreshButton());
  await waitFor(() => expect(app.settings.get().live).toBe('live'));
  await clock.advance(20_100);
  expect((await screen.findAllByText('Not every service has answered yet.')).length).toBe(2);
});
