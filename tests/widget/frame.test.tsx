import { act, screen, waitFor, within } from '@testing-library/react';
import { startBackend } from './support/backend.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';

const twoChannels = () =>
  makeSettings({
    channels: [makeChannel(), makeChannel({ id: 'channel-2', name: 'Demo Sales' })],
  });

const renameTo = (name: string) => async (open: Awaited<ReturnType<typeof openSettings>>) =>
  act(() => open.app.settings.rename('channel-1', name));

test('Kommo’s Save rests while another view is open, and wakes when the admin is back', async () => {
  startBackend(twoChannels());
  const open = await openSettings();
  await renameTo('New name')(open);
  expect(open.host.canSave).toBe(true);
  await open.user.click(screen.getByRole('button', { name: 'Add channel' }));
  expect(open.host.canSave).toBe(false);
  await open.user.click(await screen.findByRole('button', { name: 'Back' }));
  expect(open.host.canSave).toBe(true);
});

test('a save that Kommo’s ended grant prevents is told above Save, with the way to what helps', async () => {
  const backend = startBackend(twoChannels());
  const open = await openSettings();
  await renameTo('New name')(open);
  backend.failNext('PUT', { code: 'kommo_reauthorize', refreshTokenUrl: 'https://kommo.test/ask' });
  expect(await open.pressSave()).toBe(false);

  const alert = screen.getByRole('alert');
  expect(alert).toHaveFocus();
  expect(alert).toHaveTextContent('The settings were not saved');
  expect(alert).toHaveTextContent('no longer has access to Kommo');
  expect(alert).toHaveTextContent('Your changes are kept in this tab.');
  await open.user.click(within(alert).getByRole('button', { name: 'Show what to do' }));
  expect(document.activeElement).toHaveTextContent('Access to Kommo has ended');
});

test('why the last save failed is gone after a change, and after another view', async () => {
  const backend = startBackend(twoChannels());
  const open = await openSettings();
  for (const leave of [
    () => renameTo('Another')(open),
    async () => {
      await open.user.click(screen.getByRole('button', { name: 'Add channel' }));
      await open.user.click(await screen.findByRole('button', { name: 'Back' }));
    },
  ]) {
    await renameTo('New name')(open);
    backend.failNext('PUT', { code: 'kommo_unavailable' });
    expect(await open.pressSave()).toBe(false);
    expect(screen.getByRole('alert')).toHaveTextContent('Kommo is not responding');
    await leave();
    expect(screen.queryByRole('alert')).toBeNull();
  }
});

test('the focus of a control that disappears goes to what is left', async () => {
  startBackend(twoChannels());
  const open = await openSettings();
  await renameTo('New name')(open);
  open.close();
  open.reopen();
  const restored = await screen.findByText('Unsaved changes restored');
  const banner = restored.closest<HTMLElement>('.kcc-banner');
  if (!banner) throw new Error('the text is in a banner');
  await open.user.click(within(banner).getByRole('button', { name: 'Undo all' }));
  await waitFor(() => expect(screen.getByText('Everything is set up.')).toHaveFocus());
});

test('Undo all leaves the focus on the bar above Save', async () => {
  startBackend(twoChannels());
  const open = await openSettings();
  await renameTo('New name')(open);
  await open.user.click(screen.getByRole('button', { name: 'Undo all' }));
  expect(screen.getByText('No unsaved changes.')).toHaveFocus();
});

test('an empty name is told above Save with the way to its row', async () => {
  startBackend(twoChannels());
  const open = await openSettings();
  await renameTo('')(open);
  expect(open.host.canSave).toBe(false);
  const bar = screen.getByText('Save has to wait:', { exact: false });
  await open.user.click(within(bar).getByRole('button', { name: 'Demo Support: Enter a name.' }));
  expect(document.activeElement).toHaveAttribute('id', 'chat-connector-channel-channel-1');
});
