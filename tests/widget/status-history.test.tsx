import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import type { StatusChange } from '../../src/contract/api.ts';
import { createApp } from '../../src/widget/app.ts';
import { HistoryDialog } from '../../src/widget/dialogs/HistoryDialog.tsx';
import { AppProvider } from '../../src/widget/use-app.tsx';
import { type Backend, startBackend } from './support/backend.ts';
import { createFakeHost } from './support/fake-host.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { createTestClock } from './support/test-clock.ts';

const CHANGES: StatusChange[] = [
  { at: '2026-11-22T10:00:00.000Z', status: 'connected', status_reason: null },
  { at: '2026-11-22T09:00:00.000Z', status: 'error', status_reason: 'service_unreachable' },
  { at: '2026-11-21T09:00:00.000Z', status: 'connected', status_reason: null },
];

async function openHistory(
  changes: StatusChange[],
  before?: (backend: Backend) => void,
): Promise<{ user: UserEvent; dialog: HTMLElement }> {
  const channel = makeChannel();
  const backend = startBackend(makeSettings({ channels: [channel] }));
  backend.history = { 'channel-1': changes };
  before?.(backend);
  const app = createApp(createFakeHost(), createTestClock());
  await act(() => app.settings.load());
  render(
    <AppProvider app={app}>
      <HistoryDialog channel={channel} onClose={() => undefined} />
    </AppProvider>,
  );
  const dialog = screen.getByRole('dialog', { name: 'Status history of Demo Support' });
  return { user: userEvent.setup(), dialog };
}

test('each change says what the channel became, when, and why, in words of the past', async () => {
  const { dialog } = await openHistory(CHANGES);
  const items = await within(dialog).findAllByRole('listitem');
  expect(items.map((item) => item.textContent)).toEqual([
    expect.stringMatching(/^ConnectedNov 22, 2026/),
    expect.stringMatching(/^ErrorNov 22, 2026.*The service could not be reached\.$/),
    expect.stringMatching(/^ConnectedNov 21, 2026/),
  ]);
  expect(within(dialog).getByRole('button', { name: 'Close' })).toHaveFocus();
  expect(within(dialog).queryByText(/are kept/)).toBeNull();
});

test('a channel without a change says so', async () => {
  const { dialog } = await openHistory([]);
  expect(
    await within(dialog).findByText('No change of status has been recorded yet.'),
  ).toBeInTheDocument();
});

test('a full history says that no more is kept', async () => {
  const full = Array.from({ length: 20 }, (_, index) => ({
    at: new Date(1_700_000_000_000 - index * 60_000).toISOString(),
    status: index % 2 === 0 ? ('connected' as const) : ('paused' as const),
    status_reason: null,
  }));
  const { dialog } = await openHistory(full);
  expect(await within(dialog).findByText('Only the last 20 changes are kept.')).toBeInTheDocument();
});

test('what could not be loaded can be tried again, and the focus stays in the dialog', async () => {
  const { dialog, user } = await openHistory(CHANGES, (backend) =>
    backend.failNext('GET /messenger/channels/channel-1/history', { code: 'storage_unavailable' }),
  );
  const alert = await within(dialog).findByRole('alert');
  expect(alert).toHaveTextContent('The history could not be loaded');
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  expect(await within(dialog).findAllByRole('listitem')).toHaveLength(3);
  await waitFor(() => expect(dialog).toContainElement(document.activeElement as HTMLElement));
});
