import { screen, waitFor, within } from '@testing-library/react';
import { startBackend } from './support/backend.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';
import { menuButton } from './support/rows.ts';

const channel = (index: number, change: Parameters<typeof makeChannel>[0] = {}) =>
  makeChannel({ id: `channel-${index}`, name: `Bot ${index}`, ...change });

const many = (count: number) =>
  makeSettings({ channels: Array.from({ length: count }, (_, index) => channel(index + 1)) });

test('broken channels come first, then new ones, then the rest as they are stored', async () => {
  const channels = [
    channel(1),
    channel(2, { is_saved: false }),
    channel(3, { status: 'phone_offline', status_reason: 'phone_offline' }),
  ];
  startBackend(makeSettings({ channels }));
  await openSettings();
  const rows = screen.getAllByRole('listitem', { name: /^Bot/ });
  expect(rows.map((row) => row.getAttribute('aria-label'))).toEqual(['Bot 3', 'Bot 2', 'Bot 1']);
});

test('a list that nothing passes offers to clear what narrows it', async () => {
  startBackend(many(9));
  const { user } = await openSettings();
  const status = await screen.findByRole('combobox', { name: 'Status' });
  await user.selectOptions(status, 'Needs attention');
  expect(screen.getByText('No channel matches')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(screen.getAllByRole('listitem', { name: /^Bot/ })).toHaveLength(9);
});

test('the menu works by keyboard, and Escape goes back to its button and not to Kommo', async () => {
  startBackend(many(1));
  const { user } = await openSettings();
  const heard: string[] = [];
  const note = ({ key }: KeyboardEvent) => heard.push(key);
  menuButton('Bot 1').focus();
  await user.keyboard('{Enter}');
  const entry = (name: string) => screen.getByRole('menuitem', { name });
  await waitFor(() => expect(entry('Rename')).toHaveFocus());
  await user.keyboard('{ArrowUp}');
  expect(entry('Delete')).toHaveFocus();
  await user.keyboard('{ArrowDown}');
  expect(entry('Rename')).toHaveFocus();
  document.addEventListener('keydown', note);
  await user.keyboard('{Escape}');
  document.removeEventListener('keydown', note);
  expect(heard).toEqual([]);
  expect(screen.queryByRole('menu')).toBeNull();
  expect(menuButton('Bot 1')).toHaveFocus();
});

test('several chosen channels get their pipelines in the draft, and nothing is sent', async () => {
  const backend = startBackend(many(3));
  const { user, host } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Select' }));
  const bar = await screen.findByRole('group', { name: 'Selected channels' });
  await user.click(within(bar).getByRole('checkbox', { name: 'All' }));
  await user.click(within(bar).getByRole('button', { name: 'Set pipelines' }));
  await user.click(within(bar).getByRole('checkbox', { name: 'Support' }));
  await user.click(within(bar).getByRole('button', { name: 'Apply' }));
  expect(screen.getByText('3 unsaved changes')).toBeVisible();
  expect(host.canSave).toBe(true);
  expect(backend.writes).toEqual([]);
});
