import { act, screen, waitFor, within } from '@testing-library/react';
import { type Backend, startBackend } from './support/backend.ts';
import { makeAttempt, makeChannel, makeSettings } from './support/make.ts';
import { type OpenSettings, openSettings } from './support/open-settings.tsx';
import { chooseInMenu, openDetails } from './support/rows.ts';

const bot = { external_id: '7000000001', name: 'Demo Support', handle: '@demo_support_bot' };

/** A backend that knows one token. */
function acceptToken(backend: Backend, token: string): void {
  backend.onCredentials = ({ values, confirm }) => {
    if (confirm) {
      const channel = makeChannel({ account: bot });
      backend.settings = makeSettings({ status: 'new', channels: [channel] });
      return makeAttempt({ state: 'connected', account: bot, channel });
    }
    if (values.token === token) return makeAttempt({ state: 'confirm', account: bot });
    return {
      code: 'connector_rejected',
      fields: [{ path: 'values.token', code: 'rejected', reason: 'Unauthorized' }],
    };
  };
}

async function openTelegram({ user }: OpenSettings): Promise<HTMLElement> {
  await user.click(screen.getByRole('button', { name: 'Connect a chat account' }));
  await user.click(await screen.findByRole('button', { name: /^Telegram/ }));
  return screen.findByLabelText('Bot token');
}

const connectButton = () => screen.getByRole('button', { name: 'Connect' });

test('a token is checked, the bot that answered is shown, and confirming makes a channel', async () => {
  const backend = startBackend();
  acceptToken(backend, '7000000001:good');
  const opened = await openSettings();
  const { user } = opened;
  const field = await openTelegram(opened);
  expect(screen.getByRole('heading', { level: 2, name: 'Connect Telegram' })).toHaveFocus();
  await user.type(field, '7000000001:good');
  await user.click(connectButton());

  const question = await screen.findByRole('heading', { name: 'Is this the right account?' });
  expect(question).toHaveFocus();
  expect(screen.getByText('@demo_support_bot')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Connect this account' }));

  expect(await screen.findByText('Demo Support is connected')).toBeVisible();
  expect(screen.getByRole('listitem', { name: 'Demo Support' })).toHaveFocus();
  expect(screen.getByText('Press Save at the bottom of this window.')).toBeVisible();
  expect(opened.host.canSave).toBe(true);
  expect(backend.writes.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /messenger/channels',
    'POST /messenger/attempts/attempt-1/credentials',
    'POST /messenger/attempts/attempt-1/credentials',
  ]);
  expect(backend.writes.every(({ key }) => key)).toBe(true);
});

test('a wrong token is refused at its field, with the words of the service', async () => {
  const backend = startBackend();
  acceptToken(backend, '7000000001:good');
  const opened = await openSettings();
  const { user } = opened;
  const field = await openTelegram(opened);
  await user.type(field, 'wrong');
  await user.click(connectButton());

  await screen.findByText('Telegram rejected this token. Copy it again from @BotFather.');
  expect(field).toHaveFocus();
  expect(field).toBeInvalid();
  expect(field).toHaveAccessibleDescription(/Copy it again/);
  const words = screen.getByText('Telegram says: Unauthorized');
  expect(words).not.toBeVisible();
  await user.click(screen.getByText('Details'));
  expect(words).toBeVisible();
  expect(field).toHaveValue('wrong');

  await user.clear(field);
  await user.type(field, '7000000001:good');
  expect(field).toBeValid();
  await user.click(connectButton());
  await screen.findByText('@demo_support_bot');
  expect(backend.writes.filter(({ path }) => path === '/messenger/channels')).toHaveLength(1);
});

test('an empty field is asked for without asking the service', async () => {
  const backend = startBackend();
  const opened = await openSettings();
  const field = await openTelegram(opened);
  await opened.user.click(connectButton());
  expect(field).toHaveFocus();
  expect(field).toHaveAccessibleDescription(/Fill in this field/);
  expect(backend.writes).toEqual([]);
});

test('what is copied along with a token is taken off, and that is said', async () => {
  startBackend();
  const opened = await openSettings();
  const field = await openTelegram(opened);
  await opened.user.click(field);
  await opened.user.paste(' Token: "7000000001:AAE\nmulated\u200b" ');
  expect(field).toHaveValue('7000000001:AAEmulated');
  expect(screen.getByText(/were removed/)).toBeVisible();
});

test('what does not look like a complete token is remarked upon when the field is left, and tried all the same', async () => {
  const backend = startBackend();
  acceptToken(backend, 'short');
  const opened = await openSettings();
  const field = await openTelegram(opened);
  await opened.user.type(field, 'short');
  expect(screen.queryByText(/does not look like a complete/)).toBeNull();
  await opened.user.click(screen.getByRole('heading', { name: 'Connect Telegram' }));
  const remark = /does not look like a complete bot token/;
  expect(await screen.findByText(remark)).toBeVisible();
  expect(field).toBeValid();
  await opened.user.click(connectButton());
  expect(await screen.findByText('@demo_support_bot')).toBeVisible();
});

test('a press on Connect is not disturbed by a remark that would move the button', async () => {
  const backend = startBackend();
  acceptToken(backend, 'short');
  const opened = await openSettings();
  await opened.user.type(await openTelegram(opened), 'short');
  await opened.user.click(connectButton());
  await screen.findByText('@demo_support_bot');
  expect(screen.queryByText(/does not look like a complete/)).toBeNull();
});

test('the token can be shown, and is hidden again', async () => {
  startBackend();
  const opened = await openSettings();
  const field = await openTelegram(opened);
  expect(field).toHaveAttribute('type', 'password');
  const show = screen.getByRole('button', { name: 'Show Bot token' });
  await opened.user.click(show);
  expect(field).toHaveAttribute('type', 'text');
  expect(show).toHaveAttribute('aria-pressed', 'true');
  await opened.user.click(show);
  expect(field).toHaveAttribute('type', 'password');
});

test('a bot that serves another service is taken over only after a warning', async () => {
  const backend = startBackend();
  backend.onCredentials = () =>
    makeAttempt({ state: 'confirm', reason: 'webhook_taken', account: bot });
  const opened = await openSettings();
  await opened.user.type(await openTelegram(opened), '7000000001:good');
  await opened.user.click(connectButton());
  expect(await screen.findByText(/already connected to another service/)).toBeVisible();

  await opened.user.click(screen.getByRole('button', { name: 'Use another account' }));
  expect(await screen.findByLabelText('Bot token')).toHaveValue('');
  expect(screen.getByRole('heading', { level: 2 })).toHaveFocus();
  await waitFor(() =>
    expect(backend.writes.at(-1)).toMatchObject({
      method: 'DELETE',
      path: '/messenger/attempts/attempt-1',
    }),
  );
});

test('an account of another Kommo account is connected only after a warning', async () => {
  const backend = startBackend();
  backend.onCredentials = () =>
    makeAttempt({ state: 'confirm', reason: 'connected_elsewhere', account: bot });
  const opened = await openSettings();
  await opened.user.type(await openTelegram(opened), '7000000001:good');
  await opened.user.click(connectButton());
  expect(
    await screen.findByText(/also connected to another Kommo account. If you continue/),
  ).toBeVisible();
});

test('a token handed in after the time for connecting ran out begins a new attempt by itself', async () => {
  const backend = startBackend();
  acceptToken(backend, '7000000001:good');
  backend.failNext('POST /messenger/attempts', { code: 'attempt_expired' });
  const opened = await openSettings();
  await opened.user.type(await openTelegram(opened), '7000000001:good');
  await opened.user.click(connectButton());
  await screen.findByText('@demo_support_bot');
  expect(backend.writes.filter(({ path }) => path === '/messenger/channels')).toHaveLength(2);
});

test('a confirmation that comes too late offers to start again', async () => {
  const backend = startBackend();
  acceptToken(backend, '7000000001:good');
  const opened = await openSettings();
  await opened.user.type(await openTelegram(opened), '7000000001:good');
  await opened.user.click(connectButton());
  await screen.findByText('@demo_support_bot');
  backend.failNext('POST /messenger/attempts', { code: 'attempt_expired' });
  await opened.user.click(screen.getByRole('button', { name: 'Connect this account' }));
  await screen.findByText('Connecting took too long');
  await opened.user.click(screen.getByRole('button', { name: 'Start again' }));
  expect(screen.getByLabelText('Bot token')).toHaveValue('');
});

test('an account that is connected already leads to its channel', async () => {
  const backend = startBackend(makeSettings({ channels: [makeChannel({ account: bot })] }));
  backend.onCredentials = () =>
    makeAttempt({ state: 'failed', reason: 'already_connected', account: bot });
  const opened = await openSettings();
  await opened.user.click(screen.getByRole('button', { name: 'Add channel' }));
  await opened.user.click(await screen.findByRole('button', { name: /^Telegram/ }));
  await opened.user.type(screen.getByLabelText('Bot token'), '7000000001:good');
  await opened.user.click(connectButton());
  await opened.user.click(await screen.findByRole('button', { name: 'Show that channel' }));
  await waitFor(() => expect(screen.getByRole('listitem', { name: 'Demo Support' })).toHaveFocus());
});

test('a key of an account that is connected already leads to its channel, too', async () => {
  const backend = startBackend(makeSettings({ channels: [makeChannel({ account: bot })] }));
  backend.onCredentials = () => ({ code: 'already_connected', channelId: 'channel-1' });
  const opened = await openSettings();
  await opened.user.click(screen.getByRole('button', { name: 'Add channel' }));
  await opened.user.click(await screen.findByRole('button', { name: /^Telegram/ }));
  await opened.user.type(screen.getByLabelText('Bot token'), '7000000001:good');
  await opened.user.click(connectButton());
  await opened.user.click(await screen.findByRole('button', { name: 'Show that channel' }));
  await waitFor(() => expect(screen.getByRole('listitem', { name: 'Demo Support' })).toHaveFocus());
});

test.each([
  ['connector_unavailable', /chat service cannot be reached/],
  ['rate_limited', /Too many requests/],
  ['channel_limit_reached', /All channels of this account are in use/],
  ['internal', /Something went wrong on the server/],
] as const)('the failure %s is shown with its cause and the reference', async (code, text) => {
  const backend = startBackend();
  backend.failNext('POST /messenger/channels', { code });
  const opened = await openSettings();
  await opened.user.type(await openTelegram(opened), '7000000001:good');
  await opened.user.click(connectButton());
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent(text);
  expect(alert).toHaveTextContent('request-1');
  expect(alert).toHaveFocus();
});

test('a service that limits the tries is shown with its time', async () => {
  const backend = startBackend();
  backend.failNext('POST /messenger/attempts', { code: 'rate_limited', retryAfterSeconds: 42 });
  const opened = await openSettings();
  await opened.user.type(await openTelegram(opened), '7000000001:good');
  await opened.user.click(connectButton());
  const alert = await screen.findByRole('alert');
  expect(alert).toHaveTextContent('Too many requests in a short time. Try again in 42 seconds.');
});

test('replacing the key of a channel begins an attempt for that channel', async () => {
  const channel = makeChannel({ status: 'action_needed', status_reason: 'key_rejected' });
  const backend = startBackend(makeSettings({ channels: [channel] }));
  const opened = await openSettings();
  const row = screen.getByRole('listitem', { name: 'Demo Support' });
  expect(within(row).getByText('Action needed')).toBeVisible();
  expect(await within(row).findByText(/no longer accepts the key/)).toBeVisible();
  await opened.user.click(
    await within(row).findByRole('button', { name: 'Replace the key: Demo Support' }),
  );
  expect(await screen.findByText(/The current details are not shown/)).toBeVisible();

  backend.onCredentials = ({ confirm }) => {
    if (!confirm) return makeAttempt({ state: 'confirm', account: bot });
    const renewed = makeChannel();
    backend.settings = makeSettings({ channels: [renewed] });
    return makeAttempt({ state: 'connected', account: bot, channel: renewed });
  };
  await opened.user.type(screen.getByLabelText('Bot token'), '7000000001:new');
  await opened.user.click(connectButton());
  await opened.user.click(await screen.findByRole('button', { name: 'Connect this account' }));
  expect(await screen.findByText(/its messages go to Kommo again/)).toBeVisible();
  expect(backend.writes[0]?.body).toEqual({ connector: 'telegram', channel_id: 'channel-1' });
});

test('the end and the date of a key are shown in the list and where it is replaced, the key nowhere', async () => {
  const account = {
    ...bot,
    credential_hint: { last4: 'x9Zq', set_at: '2026-11-20T09:00:00.000Z' },
  };
  startBackend(makeSettings({ channels: [makeChannel({ account })] }));
  const { user } = await openSettings();
  const row = screen.getByRole('listitem', { name: 'Demo Support' });
  await openDetails(user, 'Demo Support');
  expect(within(row).getByText('Key ends in …x9Zq, set on Nov 20, 2026')).toBeVisible();
  await chooseInMenu(user, 'Demo Support', 'Replace the key');
  expect(
    await screen.findByText(/The current key ends in …x9Zq and was set on Nov 20, 2026/),
  ).toBeVisible();
  expect(screen.getByLabelText('Bot token')).toHaveValue('');
});

test('a closed modal keeps the question about the account', async () => {
  const backend = startBackend();
  acceptToken(backend, '7000000001:good');
  const opened = await openSettings();
  await opened.user.type(await openTelegram(opened), '7000000001:good');
  await opened.user.click(connectButton());
  await screen.findByText('@demo_support_bot');
  opened.close();
  act(() => opened.reopen());
  expect(await screen.findByText('@demo_support_bot')).toBeVisible();
});
