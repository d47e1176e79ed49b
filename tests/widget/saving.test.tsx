import { act, screen, within } from '@testing-library/react';
import { startBackend } from './support/backend.ts';
import { createFakeHost } from './support/fake-host.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';
import { rename } from './support/rows.ts';

const twoChannels = () =>
  makeSettings({
    channels: [makeChannel(), makeChannel({ id: 'channel-2', name: 'Demo Sales' })],
  });

test('the first save sends the channel with its pipeline and opens the second step', async () => {
  const backend = startBackend(
    makeSettings({
      status: 'new',
      channels: [makeChannel({ pipeline_ids: [] })],
      default_channel_id: null,
    }),
  );
  const { user, host, pressSave } = await openSettings();
  expect(host.canSave).toBe(false);
  expect(screen.getByText(/Demo Support: Choose at least one pipeline/)).toBeVisible();
  expect(screen.queryByRole('heading', { name: 'Message templates' })).toBeNull();

  await user.click(screen.getByRole('checkbox', { name: 'Support' }));
  expect(host.canSave).toBe(true);
  expect(await pressSave()).toBe(true);

  expect(backend.writes).toEqual([
    {
      method: 'PUT',
      path: '/messenger/settings',
      key: expect.any(String),
      body: {
        version: 1,
        default_channel_id: 'channel-1',
        channels: [{ id: 'channel-1', name: 'Demo Support', pipeline_ids: [7002] }],
        preferences: backend.settings.preferences,
      },
    },
  ]);
  expect(screen.getByRole('heading', { name: 'Message templates' })).toBeVisible();
  expect(host.notes).toEqual([{ kind: 'success', text: 'The settings are saved.' }]);
  expect(host.canSave).toBe(false);
});

test('a failed save keeps the draft, says why and what to do, and ends the turning of Save', async () => {
  const backend = startBackend(twoChannels());
  const { user, host, pressSave } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  backend.failNext('PUT', { code: 'kommo_unavailable' });

  expect(await pressSave()).toBe(false);

  const alert = screen.getByRole('alert');
  expect(alert).toHaveFocus();
  expect(alert).toHaveTextContent('The settings were not saved');
  expect(alert).toHaveTextContent('Kommo is not responding right now');
  expect(alert).toHaveTextContent('request-1');
  expect(screen.getByText('1 unsaved change')).toBeVisible();
  expect(host.endedSaves).toBe(1);
  expect(host.canSave).toBe(true);

  expect(await pressSave()).toBe(true);
  expect(screen.queryByRole('alert')).toBeNull();
  expect(backend.settings.default_channel_id).toBe('channel-2');
});

test('a save whose answer is lost is sent again with the same key', async () => {
  const backend = startBackend(twoChannels());
  const { user, clock, app } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  backend.failNext('PUT', 'lost', { code: 'in_progress' });

  act(() => void app.settings.save());
  expect(screen.getByText('Saving…')).toBeVisible();
  await clock.skip();
  await clock.skip();

  expect(await screen.findByText('No unsaved changes.')).toBeVisible();
  expect(backend.writes).toHaveLength(3);
  expect(new Set(backend.writes.map(({ key }) => key)).size).toBe(1);
});

test('two presses of Save are two keys', async () => {
  const backend = startBackend(twoChannels());
  const { user, pressSave } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  await pressSave();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Support' }));
  await pressSave();
  expect(new Set(backend.writes.map(({ key }) => key)).size).toBe(2);
});

test('closing the modal loses nothing, and the draft can be undone afterwards', async () => {
  startBackend(twoChannels());
  const { user, host, close, reopen } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));

  close();
  reopen();

  expect(await screen.findByText('Unsaved changes restored')).toBeVisible();
  expect(screen.getByRole('radio', { name: 'Default: Demo Sales' })).toBeChecked();
  expect(host.canSave).toBe(true);
  const notice = screen.getByText('Unsaved changes restored').closest('[role="status"]');
  await user.click(within(notice as HTMLElement).getByRole('button', { name: 'Undo all' }));
  expect(screen.getByRole('radio', { name: 'Default: Demo Support' })).toBeChecked();
  expect(host.canSave).toBe(false);
});

test('a draft is there again after a reload of the page, for the same user only', async () => {
  const backend = startBackend(twoChannels());
  const { user, close } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  close();

  const reloaded = await openSettings();
  expect(await screen.findByText('Unsaved changes restored')).toBeVisible();
  expect(screen.getByRole('radio', { name: 'Default: Demo Sales' })).toBeChecked();
  expect(reloaded.host.canSave).toBe(true);
  reloaded.close();

  backend.settings = { ...backend.settings, user: { ...backend.settings.user, id: 4711 } };
  await openSettings();
  expect(screen.getByRole('radio', { name: 'Default: Demo Support' })).toBeChecked();
  expect(screen.queryByText('Unsaved changes restored')).toBeNull();
});

test('changes are counted, and taking one back by hand counts as no change', async () => {
  startBackend(twoChannels());
  const { user, host } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  await rename(user, 'Demo Sales', 'Demo Sales 2');
  expect(screen.getByText('2 unsaved changes')).toBeVisible();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Support' }));
  expect(screen.getByText('1 unsaved change')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Undo all' }));
  expect(screen.getByText('No unsaved changes.')).toBeVisible();
  expect(host.canSave).toBe(false);
});

test('Save is on again when Kommo has nothing stored, though nothing changed', async () => {
  startBackend(twoChannels());
  const host = createFakeHost();
  host.step = 'not_configured';
  const { pressSave } = await openSettings({ host });
  expect(host.canSave).toBe(true);
  expect(await pressSave()).toBe(true);
  expect(host.canSave).toBe(false);
});
