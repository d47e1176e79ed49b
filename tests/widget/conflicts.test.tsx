import { act, screen, within } from '@testing-library/react';
import { startBackend } from './support/backend.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';
import { chooseInMenu, openDetails, rename } from './support/rows.ts';

const twoChannels = () =>
  makeSettings({
    channels: [makeChannel(), makeChannel({ id: 'channel-2', name: 'Demo Sales' })],
  });

test('a change of somebody else to another setting is merged without a question', async () => {
  const backend = startBackend(twoChannels());
  const { user, pressSave } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  backend.settings = {
    ...backend.settings,
    version: 2,
    channels: [makeChannel({ name: 'Renamed elsewhere' }), ...backend.settings.channels.slice(1)],
  };

  expect(await pressSave()).toBe(true);

  expect(backend.settings.channels[0]?.name).toBe('Renamed elsewhere');
  expect(backend.settings.default_channel_id).toBe('channel-2');
});

test('what both changed is told with both values, whatever the setting is', async () => {
  const backend = startBackend(twoChannels());
  const { user, pressSave } = await openSettings();
  const row = screen.getByRole('listitem', { name: 'Demo Sales' });
  await openDetails(user, row.getAttribute('aria-label') ?? '');
  await user.click(within(row).getByRole('checkbox', { name: 'Support' }));
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  await user.click(
    within(screen.getByRole('group', { name: 'Language' })).getByLabelText(
      'Choose another language',
    ),
  );
  await user.selectOptions(screen.getByRole('combobox', { name: 'Choose a language' }), 'Spanish');
  const { channels, preferences } = backend.settings;
  const third = makeChannel({ id: 'channel-3', name: 'Third' });
  backend.settings = {
    ...backend.settings,
    version: 2,
    default_channel_id: 'channel-3',
    channels: [
      ...channels.slice(0, 1),
      makeChannel({ ...channels[1], pipeline_ids: [9999] }),
      third,
    ],
    preferences: { ...preferences, language: { mode: 'fixed', value: 'pt' } },
  };

  expect(await pressSave()).toBe(false);

  const title = await screen.findByText('Someone else has changed these settings');
  const notice = title.parentElement;
  expect(
    within(notice as HTMLElement)
      .getAllByRole('listitem')
      .map((item) => item.textContent),
  ).toEqual([
    'You both changed: pipelines of Demo Sales. Theirs: Deleted pipeline. Yours: Sales and Support.',
    'You both changed: default channel. Theirs: Third. Yours: Demo Sales.',
    'You both changed: language. Theirs: Portuguese. Yours: Spanish.',
  ]);
});

test('who saved first is named with the time, where Kommo’s page knows them', async () => {
  const backend = startBackend(twoChannels());
  const { user, pressSave } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  backend.settings = {
    ...backend.settings,
    version: 2,
    channels: [...backend.settings.channels, makeChannel({ id: 'channel-3', name: 'Third' })],
    default_channel_id: 'channel-3',
    saved_by: { user_id: 8002, at: '2026-11-22T10:30:00.000Z' },
  };
  expect(await pressSave()).toBe(false);
  expect(
    await screen.findByText(/^Ben Weber changed these settings on Nov 22, 2026, 10:30/),
  ).toBeVisible();
});

test('what somebody else saves while the admin is still editing is asked about, too, and does not take the focus', async () => {
  const backend = startBackend(makeSettings({ ...twoChannels(), sync: { state: 'queued' } }));
  const { user, clock, host, pressSave } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  await chooseInMenu(user, 'Demo Support', 'Rename');
  const field = await screen.findByRole('textbox', { name: 'Channel name' });
  await user.type(field, ' 2');
  const third = makeChannel({ id: 'channel-3', name: 'Third' });
  backend.settings = {
    ...backend.settings,
    version: 2,
    channels: [...backend.settings.channels, third],
    default_channel_id: 'channel-3',
    sync: { state: 'done' },
  };
  await clock.skip();

  expect(
    await screen.findByText('You both changed: default channel. Theirs: Third. Yours: Demo Sales.'),
  ).toBeVisible();
  expect(field).toHaveFocus();
  expect(host.canSave).toBe(false);
  await user.click(screen.getByRole('button', { name: 'Keep my changes' }));
  expect(await pressSave()).toBe(true);
  expect(backend.settings.default_channel_id).toBe('channel-2');
});

test('what is changed while the own save is under way is no conflict with it', async () => {
  const backend = startBackend(twoChannels());
  const { app } = await openSettings();
  await act(async () => {
    app.settings.rename('channel-1', 'First');
    const saving = app.settings.save();
    app.settings.rename('channel-1', 'Second');
    await saving;
  });
  expect(backend.settings.channels[0]?.name).toBe('First');
  expect(screen.queryByText(/choose between your changes and theirs/)).toBeNull();
  expect(screen.getByText('1 unsaved change')).toBeVisible();
});

test('what is set back while the own save is under way is a change once more', async () => {
  const before = twoChannels();
  const [channel] = before.channels;
  const backend = startBackend(before);
  const { app } = await openSettings();
  await act(async () => {
    app.settings.rename('channel-1', 'First');
    app.settings.choosePipelines('channel-1', [7002]);
    app.settings.chooseDefault('channel-2');
    const saving = app.settings.save();
    app.settings.rename('channel-1', channel?.name ?? '');
    app.settings.choosePipelines('channel-1', channel?.pipeline_ids ?? []);
    app.settings.chooseDefault(before.default_channel_id ?? '');
    await saving;
  });
  expect(backend.settings.channels[0]).toMatchObject({ name: 'First', pipeline_ids: [7002] });
  expect(screen.getByText('3 unsaved changes')).toBeVisible();
  await act(() => app.settings.save());
  expect(backend.settings.channels[0]).toMatchObject({
    name: channel?.name,
    pipeline_ids: channel?.pipeline_ids,
  });
  expect(backend.settings.default_channel_id).toBe(before.default_channel_id);
});

describe('two admins changed the same setting', () => {
  async function clash() {
    const backend = startBackend(twoChannels());
    const opened = await openSettings();
    await rename(opened.user, 'Demo Support', 'Mine');
    backend.settings = {
      ...backend.settings,
      version: 2,
      default_channel_id: 'channel-2',
      channels: [makeChannel({ name: 'Theirs' }), ...backend.settings.channels.slice(1)],
    };
    expect(await opened.pressSave()).toBe(false);
    const notice = await screen.findByText('Someone else has changed these settings');
    expect(notice.closest('[role]')).toHaveFocus();
    expect(
      screen.getByText('You both changed: name of Mine. Theirs: Theirs. Yours: Mine.'),
    ).toBeVisible();
    expect(screen.getByText('They also changed: default channel.')).toBeVisible();
    // Nothing can be saved before the admin has decided.
    expect(opened.host.canSave).toBe(false);
    expect(screen.getAllByText(/Choose between your changes and theirs/)[0]).toBeVisible();
    return { backend, ...opened };
  }

  test('the admin may keep their own and save it', async () => {
    const { backend, user, pressSave } = await clash();
    await user.click(screen.getByRole('button', { name: 'Keep my changes' }));
    expect(await pressSave()).toBe(true);
    expect(backend.settings.channels[0]?.name).toBe('Mine');
    expect(backend.settings.default_channel_id).toBe('channel-2');
  });

  test('the question outlives the closed modal', async () => {
    const { backend, close, reopen, host, pressSave } = await clash();
    close();
    reopen();
    expect(
      await screen.findByText('You both changed: name of Mine. Theirs: Theirs. Yours: Mine.'),
    ).toBeVisible();
    expect(host.canSave).toBe(false);
    expect(await pressSave()).toBe(false);
    expect(backend.settings.channels[0]?.name).toBe('Theirs');
  });

  test('the admin may take theirs', async () => {
    const { backend, user, host } = await clash();
    await user.click(screen.getByRole('button', { name: 'Use their version' }));
    expect(screen.getByText('Theirs')).toBeVisible();
    expect(screen.getByText('No unsaved changes.')).toBeVisible();
    expect(host.canSave).toBe(false);
    expect(backend.settings.version).toBe(2);
  });
});
