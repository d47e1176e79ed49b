import { screen, waitFor, within } from '@testing-library/react';
import { startBackend } from './support/backend.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';
import { chooseInMenu, menuButton } from './support/rows.ts';

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

test('deleting asks first, with the safe answer in focus', async () => {
  const backend = startBackend(many(3));
  const { user } = await openSettings();
  await chooseInMenu(user, 'Bot 2', 'Delete');
  const dialog = await screen.findByRole('dialog', { name: 'Delete the channel Bot 2?' });
  const keep = within(dialog).getByRole('button', { name: 'Keep the channel' });
  expect(keep).toHaveFocus();
  await user.click(keep);
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(menuButton('Bot 2')).toHaveFocus();
  expect(backend.writes).toEqual([]);
});

test('a deleted channel gives the focus to its neighbour, and that it is gone is said', async () => {
  const backend = startBackend(many(3));
  const { user } = await openSettings();
  await chooseInMenu(user, 'Bot 2', 'Delete');
  await user.click(await screen.findByRole('button', { name: 'Delete the channel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(screen.queryByRole('listitem', { name: 'Bot 2' })).toBeNull();
  expect(screen.getByRole('listitem', { name: 'Bot 3' })).toHaveFocus();
  expect(screen.getByText('The channel Bot 2 was deleted.')).toBeInTheDocument();
  expect(backend.writes).toEqual([
    { method: 'DELETE', path: '/messenger/channels/channel-2', key: expect.any(String) },
  ]);
});

test('the last deleted channel gives the focus to the button for a new one', async () => {
  startBackend(many(1));
  const { user } = await openSettings();
  await chooseInMenu(user, 'Bot 1', 'Delete');
  await user.click(await screen.findByRole('button', { name: 'Delete the channel' }));
  await waitFor(() =>
    expect(screen.getByRole('button', { name: 'Connect a chat account' })).toHaveFocus(),
  );
});

test('deleting the default channel asks which one takes its place', async () => {
  startBackend(many(3));
  const { user, host } = await openSettings();
  await chooseInMenu(user, 'Bot 1', 'Delete');
  const replacement = await screen.findByRole('combobox', { name: 'New default channel' });
  await user.selectOptions(replacement, 'Bot 3');
  await user.click(await screen.findByRole('button', { name: 'Delete the channel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(screen.getByRole('radio', { name: 'Default: Bot 3' })).toBeChecked();
  expect(host.canSave).toBe(true);
});

test('a channel that cannot be deleted stays, and the dialog says why', async () => {
  const backend = startBackend(many(2));
  backend.failNext('DELETE', { code: 'connector_unavailable' });
  const { user } = await openSettings();
  await chooseInMenu(user, 'Bot 2', 'Delete');
  await user.click(await screen.findByRole('button', { name: 'Delete the channel' }));
  const dialog = screen.getByRole('dialog');
  expect(await within(dialog).findByRole('alert')).toHaveTextContent(
    'The chat service cannot be reached',
  );
  expect(screen.getByRole('listitem', { name: 'Bot 2' })).toBeInTheDocument();
});

test('a channel somebody else deleted already counts as deleted', async () => {
  const backend = startBackend(many(2));
  backend.failNext('DELETE', { code: 'not_found' });
  backend.settings = many(1);
  const { user } = await openSettings();
  backend.settings = many(1);
  await chooseInMenu(user, 'Bot 1', 'Delete');
  await user.click(await screen.findByRole('button', { name: 'Delete the channel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});
