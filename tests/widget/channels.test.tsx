import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { startBackend } from './support/backend.ts';
import { createFakeHost } from './support/fake-host.ts';
import { makeChannel, makeMessages, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';
import { chooseInMenu, menuButton, openDetails, rename, rowOf } from './support/rows.ts';

const many = (count: number) =>
  makeSettings({
    channels: Array.from({ length: count }, (_, index) =>
      makeChannel({
        id: `channel-${index + 1}`,
        name: `Bot ${index + 1}`,
        account: { external_id: `${index}`, name: `Account ${index}`, handle: `@bot_${index + 1}` },
      }),
    ),
  });

test('an account without channels is told how to get the first one', async () => {
  startBackend();
  const { host } = await openSettings();
  expect(screen.getByText('No chat account is connected yet.')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Connect a chat account' })).toBeEnabled();
  expect(host.canSave).toBe(false);
});

test('the services on offer are listed, one configured by the operator with its plain name', async () => {
  const settings = makeSettings();
  startBackend({
    ...settings,
    connectors: [
      ...settings.connectors,
      {
        id: 'acme',
        auth: 'oauth',
        title_key: 'Acme Chat',
        fields: [],
        carries_messages: true,
      },
    ],
  });
  const { user } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Connect a chat account' }));
  const heading = await screen.findByRole('heading', { name: 'Choose a chat service' });
  expect(heading).toHaveFocus();
  const names = screen
    .getAllByRole('listitem')
    .map((item) => within(item).getByRole('button').textContent);
  expect(names).toEqual([
    expect.stringContaining('Telegram'),
    expect.stringContaining('WhatsApp'),
    expect.stringContaining('Slack'),
    expect.stringContaining('Acme Chat'),
  ]);
  const signsInOnly = names.map((name) => name?.includes('Signs in only'));
  expect(signsInOnly).toEqual([false, true, true, false]);
  await user.click(screen.getByRole('button', { name: 'Back' }));
  expect(screen.getByRole('heading', { level: 2, name: 'Chat channels' })).toHaveFocus();
});

test('panels that cannot be fetched are fetched again on request', async () => {
  const backend = startBackend(many(1));
  const host = createFakeHost();
  const { loadPart } = host;
  const { user, app } = await openSettings({ host });
  await act(() => app.list.load());
  host.loadPart = () => Promise.reject(new Error('not reached'));
  await chooseInMenu(user, 'Bot 1', 'Reconnect');
  expect(await screen.findByRole('alert')).toHaveTextContent(/could not be loaded/);

  await user.click(screen.getByRole('button', { name: 'Back' }));
  host.loadPart = loadPart;
  await user.click(screen.getByRole('button', { name: 'Add channel' }));
  expect(await screen.findByRole('heading', { name: 'Choose a chat service' })).toBeVisible();
  expect(backend.writes).toEqual([]);
});

test('at the limit the button stays, does nothing, and says why', async () => {
  startBackend(many(50));
  const { user } = await openSettings();
  const add = screen.getByRole('button', { name: 'Add channel' });
  expect(add).toHaveAttribute('aria-disabled', 'true');
  expect(add).toHaveAccessibleDescription(/All 50 channels are in use/);
  expect(screen.getByText('50 of 50 channels')).toBeInTheDocument();
  await user.click(add);
  expect(screen.getByRole('heading', { level: 2, name: 'Chat channels' })).toBeVisible();
});

test('more than eight channels can be searched, and the number found is said', async () => {
  startBackend(many(12));
  const { user } = await openSettings();
  await user.type(await screen.findByRole('searchbox', { name: 'Find a channel' }), '@BOT_11');
  expect(screen.getByRole('listitem', { name: 'Bot 11' })).toBeVisible();
  expect(screen.queryByRole('listitem', { name: 'Bot 2' })).toBeNull();
  expect(screen.getByText('1 channel found')).toBeInTheDocument();
});

test('eight channels need no search', async () => {
  startBackend(many(8));
  await openSettings();
  expect(screen.queryByRole('searchbox')).toBeNull();
});

test('a name is changed in place: Enter keeps it, Escape takes it back and closes nothing else', async () => {
  startBackend(many(2));
  const { user } = await openSettings();
  const pressed: string[] = [];
  const note = (event: KeyboardEvent) => pressed.push(event.key);
  document.addEventListener('keydown', note);

  await chooseInMenu(user, 'Bot 1', 'Rename');
  const field = await screen.findByRole('textbox', { name: 'Channel name' });
  await waitFor(() => expect(field).toHaveFocus());
  await user.type(field, ' of Ana{Escape}');
  expect(pressed).not.toContain('Escape');
  expect(menuButton('Bot 1')).toHaveFocus();

  await rename(user, 'Bot 1', 'Bot 1 of Ana');
  expect(menuButton('Bot 1 of Ana')).toHaveFocus();
  expect(screen.getByText('1 unsaved change')).toBeVisible();
  document.removeEventListener('keydown', note);
});

test('Escape closes the open details and nothing else, and gives the focus back', async () => {
  startBackend(many(1));
  const { user } = await openSettings();
  const heard: string[] = [];
  const note = (event: KeyboardEvent) => heard.push(`${event.type} ${event.key}`);
  for (const type of ['keydown', 'keyup'] as const) document.addEventListener(type, note);

  await openDetails(user, 'Bot 1');
  screen.getByRole('checkbox', { name: 'Support' }).focus();
  heard.length = 0;
  await user.keyboard('{Escape}');
  const line = screen.getByRole('button', { name: 'Details: Bot 1' });
  expect(line).toHaveAttribute('aria-expanded', 'false');
  expect(line).toHaveFocus();
  expect(heard).toEqual([]);

  await user.keyboard('{Escape}');
  expect(heard).toEqual(['keydown Escape', 'keyup Escape']);
  for (const type of ['keydown', 'keyup'] as const) document.removeEventListener(type, note);
});

test('an empty name keeps the field open, and a name that exists already is told while typing', async () => {
  startBackend(many(2));
  const { user, host } = await openSettings();
  await chooseInMenu(user, 'Bot 1', 'Rename');
  const field = await screen.findByRole('textbox', { name: 'Channel name' });
  await user.clear(field);
  await user.keyboard('{Enter}');
  expect(screen.getByText('Enter a name.')).toBeVisible();
  expect(field).toHaveFocus();
  expect(field).toBeInvalid();
  expect(host.canSave).toBe(false);

  await user.type(field, 'Bot 2');
  expect(screen.getByText('Another channel already has this name.')).toBeVisible();
  await user.keyboard('{Enter}');
  expect(screen.getAllByRole('listitem', { name: 'Bot 2' })).toHaveLength(2);
  expect(host.canSave).toBe(true);
});

test.each([
  ['connected', null, 'Connected', undefined],
  ['connecting', null, 'Connecting', undefined],
  ['action_needed', 'scan_again', 'Action needed', 'Scan again: Bot 1'],
  ['action_needed', 'webhook_taken', 'Action needed', 'Connect again: Bot 1'],
  ['phone_offline', 'phone_offline', 'Phone offline', undefined],
  ['error', 'service_error', 'Error', 'Reconnect: Bot 1'],
  ['paused', null, 'Paused', 'Go on: Bot 1'],
] as const)(
  'the status %s (%s) is a word, a sentence and at most one step',
  async (status, reason, word, step) => {
    const [channel] = many(1).channels;
    startBackend(
      makeSettings({
        channels: [
          { ...channel, ...makeChannel({ name: 'Bot 1', status, status_reason: reason }) },
        ],
      }),
    );
    const { user } = await openSettings();
    const row = await openDetails(user, 'Bot 1');
    expect(within(row).getByText(word)).toBeVisible();
    const buttons = within(row).queryAllByRole('button', {
      name: / again: |Reconnect: |Go on: /,
    });
    expect(buttons.map((button) => button.getAttribute('aria-label'))).toEqual(step ? [step] : []);
  },
);

test('a channel that no save has named yet says so', async () => {
  const [first, second] = many(2).channels;
  const isNew = { ...makeChannel(), ...second, is_saved: false };
  startBackend(makeSettings({ channels: [{ ...makeChannel(), ...first }, isNew] }));
  const { host } = await openSettings();
  const rows = ['Bot 1', 'Bot 2'].map((name) => screen.getByRole('listitem', { name }));
  const unsaved = rows.map((row) => within(row).queryByText('Not saved yet') !== null);
  expect(unsaved).toEqual([false, true]);
  expect(host.canSave).toBe(true);
});

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

test.each([
  [{ carries: false }, 'This connection signs in only; it carries no messages.'],
  [{}, 'No message yet.'],
  [{ received: 5 }, 'Last message received 5 minutes ago, none sent yet.'],
  [{ sent: 90 }, 'Last message sent 2 hours ago, none received yet.'],
  [
    { received: 5, sent: 2, pending: 1 },
    'Last message received 5 minutes ago, sent 2 minutes ago. 1 on its way.',
  ],
  [{ pending: 3 }, 'No message yet. 3 on their way.'],
])('a channel whose messages are %j says so', async (figures, sentence) => {
  const { received, sent, ...rest } = { received: 0, sent: 0, ...figures };
  const messages = makeMessages({
    last_received_at: received > 0 ? minutesAgo(received) : null,
    last_sent_at: sent > 0 ? minutesAgo(sent) : null,
    ...rest,
  });
  startBackend(makeSettings({ channels: [makeChannel({ messages })] }));
  const { user } = await openSettings();
  await openDetails(user, 'Demo Support');
  expect(screen.getByText(sentence)).toBeVisible();
  expect(screen.queryByRole('button', { name: /undelivered/ })).toBeNull();
});

test('settings that are opened again show the figures of now', async () => {
  const backend = startBackend(makeSettings({ channels: [makeChannel()] }));
  const { close, reopen } = await openSettings();
  expect(rowOf('Demo Support')).toHaveTextContent('no message yet');
  close();
  const messages = makeMessages({ last_received_at: minutesAgo(1), undelivered: 2 });
  backend.settings = makeSettings({ channels: [makeChannel({ messages })] });
  reopen();
  const mark = await screen.findByRole('button', { name: '2 undelivered: Demo Support' });
  expect(mark).toBeVisible();
  expect(rowOf('Demo Support')).not.toHaveTextContent('no message yet');
});

test.each([
  [true, 'New messages wait, and go to Kommo when you press Save.'],
  [false, 'This connection signs in only; it carries no messages.'],
])('a new channel promises messages only if it carries them: %s', async (carries, sentence) => {
  const channel = makeChannel({ is_saved: false, messages: makeMessages({ carries }) });
  startBackend(makeSettings({ channels: [channel] }));
  const { app, user, pressSave } = await openSettings();
  act(() => app.show({ name: 'settings', connected: channel }));
  const title = screen.getByText('Demo Support is connected');
  expect(title.parentElement?.textContent?.includes('Messages that come in')).toBe(carries);
  expect(await openDetails(user, 'Demo Support')).toHaveTextContent(sentence);

  expect(await pressSave()).toBe(true);
  expect(screen.queryByText('Demo Support is connected')).toBeNull();
  expect(screen.queryByText(/New messages wait/)).toBeNull();
});

test('what others did while a service was being connected shows when the list is back', async () => {
  const backend = startBackend(many(2));
  const { user } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Add channel' }));
  await screen.findByRole('heading', { name: 'Choose a chat service' });
  backend.settings = many(50);
  await user.click(screen.getByRole('button', { name: 'Back' }));
  expect(await screen.findByText('50 of 50 channels')).toBeVisible();
});

test('after a reinstallation the empty list says what became of the channels', async () => {
  startBackend(makeSettings({ install: { state: 'active', is_reinstall: true }, status: 'new' }));
  await openSettings({ waitFor: 'nothing' });
  expect(await screen.findByText('Connect your chat accounts again')).toBeVisible();
  expect(screen.getByText(/were signed out when the integration was uninstalled/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Connect a chat account' })).toBeVisible();
});

test('somebody who is no administrator sees everything and can change nothing', async () => {
  startBackend(makeSettings({ ...many(2), user: { id: 8002, is_admin: false } }));
  const { host, pressSave } = await openSettings();
  expect(
    screen.getByText('You can view these settings. Ask an administrator to change them.'),
  ).toBeVisible();
  expect(screen.getByRole('listitem', { name: 'Bot 1' })).toBeVisible();
  expect(screen.queryByRole('radio')).toBeNull();
  expect(screen.queryByRole('button', { name: /^(More|Add channel)/ })).toBeNull();
  expect(host.canSave).toBe(false);
  expect(await pressSave()).toBe(false);
});

test('an account whose picture is missing after all shows the sign of its service alone', async () => {
  const avatar_url = 'https://backend.test/pictures/channel-1';
  const channel = makeChannel();
  startBackend(
    makeSettings({ channels: [{ ...channel, account: { ...channel.account, avatar_url } }] }),
  );
  await openSettings();
  const row = screen.getByRole('listitem', { name: 'Demo Support' });
  const picture = row.querySelector('img');
  expect(picture).toHaveAttribute('src', avatar_url);
  fireEvent.error(picture as HTMLImageElement);
  expect(row.querySelector('img')).toBeNull();
  expect(row.querySelector('.kcc-sign')).not.toBeNull();
});
