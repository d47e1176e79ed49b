import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import type { Channel } from '../../src/contract/api.ts';
import { type App, createApp } from '../../src/widget/app.ts';
import { TestDialog } from '../../src/widget/dialogs/TestDialog.tsx';
import { AppProvider } from '../../src/widget/use-app.tsx';
import { type Backend, startBackend } from './support/backend.ts';
import { createFakeHost } from './support/fake-host.ts';
import { makeChannel, makeMessages, makeSettings } from './support/make.ts';
import { createTestClock } from './support/test-clock.ts';

const EARLIER = '2026-11-22T09:00:00.000Z';
const NOW = '2026-11-22T10:00:00.000Z';

interface Opened {
  app: App;
  backend: Backend;
  user: UserEvent;
  dialog: HTMLElement;
}

async function openTest(change: Partial<Channel> = {}): Promise<Opened> {
  const messages = makeMessages({ last_received_at: EARLIER });
  const channel = makeChannel({ test: 'last_chat', messages, ...change });
  const backend = startBackend(makeSettings({ channels: [channel] }));
  backend.sentTo = 'Ana Souza';
  const app = createApp(createFakeHost(), createTestClock());
  await act(() => app.settings.load());
  render(
    <AppProvider app={app}>
      <TestDialog channel={channel} onClose={() => undefined} />
    </AppProvider>,
  );
  const dialog = screen.getByRole('dialog', { name: 'Test Demo Support' });
  return { app, backend, user: userEvent.setup(), dialog };
}

const steps = (dialog: HTMLElement) =>
  within(dialog)
    .getAllByRole('listitem')
    .map((item) => item.textContent);

/** A client writes, and the figures follow. */
async function receive({ app, backend }: Opened): Promise<void> {
  const [channel] = backend.settings.channels;
  if (!channel) throw new Error('There is no channel.');
  const messages = { ...channel.messages, last_received_at: NOW };
  backend.settings = { ...backend.settings, channels: [{ ...channel, messages }] };
  await act(() => app.settings.refreshFigures());
}

const send = () => screen.getByRole('button', { name: /^Send/ });

test('before it is sent, the dialog says who sees it and what will happen', async () => {
  const { dialog, backend } = await openTest();
  expect(dialog).toHaveTextContent('They see it; Kommo does not show it.');
  expect(steps(dialog)).toEqual([
    '1The message is handed to Telegram.',
    expect.stringMatching(/^2Look at that chat/),
    expect.stringMatching(/^3Now the way back/),
  ]);
  expect(send()).toHaveFocus();
  expect(backend.writes).toEqual([]);
});

test('what is known is ticked: that the service took it, and that a message came in', async () => {
  const opened = await openTest();
  const { dialog, user, backend } = opened;
  await user.click(send());
  await waitFor(() =>
    expect(steps(dialog)[0]).toBe('Done: Telegram took the message for Ana Souza.'),
  );
  expect(steps(dialog)[1]).toMatch(/^2/);
  expect(steps(dialog)[2]).toMatch(/^3/);
  expect(
    within(dialog).getByText('Telegram took the message for Ana Souza.', {
      selector: '[role=status]',
    }),
  ).toBeInTheDocument();
  expect(backend.writes).toEqual([
    { method: 'POST', path: '/messenger/channels/channel-1/test', key: expect.any(String) },
  ]);
  await receive(opened);
  expect(steps(dialog)[1]).toMatch(/^2/);
  expect(steps(dialog)[2]).toBe('Done: A message came in. Find it in Kommo.');
  expect(send()).toHaveFocus();
});

test('what came in before the test is no answer to it', async () => {
  const opened = await openTest();
  const { dialog, user, app, backend } = opened;
  const [channel] = backend.settings.channels;
  if (!channel) throw new Error('There is no channel.');
  const messages = { ...channel.messages, last_received_at: NOW };
  backend.settings = { ...backend.settings, channels: [{ ...channel, messages }] };
  await user.click(send());
  await waitFor(() => expect(steps(dialog)[0]).toMatch(/^Done/));
  await act(() => app.settings.refreshFigures());
  expect(steps(dialog)[2]).toMatch(/^3/);
});

test('a channel that is not saved says where the answer waits', async () => {
  const opened = await openTest({ is_saved: false });
  await opened.user.click(send());
  await waitFor(() => expect(steps(opened.dialog)[0]).toMatch(/^Done/));
  await receive(opened);
  expect(steps(opened.dialog)[2]).toBe(
    'Done: A message came in. It goes to Kommo when you press Save.',
  );
});

test('a number is tested with itself, and by another phone', async () => {
  const { dialog } = await openTest({ test: 'own_number', connector: 'waha' });
  expect(dialog).toHaveTextContent("to this account's own number");
  expect(steps(dialog)[1]).toMatch(/in the chat with yourself/);
  expect(steps(dialog)[2]).toMatch(/from another phone/);
});

test('a chat without a name that may be shown is called by what it is', async () => {
  const { dialog, user, backend } = await openTest();
  backend.sentTo = '';
  await user.click(send());
  await waitFor(() =>
    expect(steps(dialog)[0]).toBe('Done: Telegram took the message for the chat that wrote last.'),
  );
});

test.each([
  ['no_test_chat', {}, 'The test message was not sent', 'Write to it once from your own phone'],
  ['channel_not_connected', {}, 'The test message was not sent', 'Let it go on'],
  [
    'test_refused',
    { fields: [{ path: 'message', code: 'blocked' }] },
    'The test message was not sent',
    'The client has blocked this account.',
  ],
  ['rate_limited', { retryAfterSeconds: 7 }, 'The test message was not sent', 'in 7 seconds'],
  ['test_unanswered', {}, 'The test message may have been sent', 'Look at the chat'],
] as const)(
  'what went wrong is said with its cause and what helps: %s',
  async (code, more, title, text) => {
    const { dialog, user, backend } = await openTest();
    const failure = 'fields' in more ? { ...more, fields: [...more.fields] } : more;
    backend.failNext('POST /messenger/channels/channel-1/test', { code, ...failure });
    await user.click(send());
    const alert = await within(dialog).findByRole('alert');
    expect(alert).toHaveTextContent(title);
    expect(alert).toHaveTextContent(text);
    await waitFor(() => expect(alert).toHaveFocus());
    expect(steps(dialog)[0]).toBe('1The message is handed to Telegram.');
    // One that may be there already is not simply tried again.
    const again = code === 'test_unanswered' ? 'Send another one' : 'Try again';
    await user.click(within(dialog).getByRole('button', { name: again }));
    await waitFor(() => expect(steps(dialog)[0]).toMatch(/^Done/));
    expect(within(dialog).queryByRole('alert')).toBeNull();
  },
);
