import { screen, within } from '@testing-library/react';
import { startBackend } from './support/backend.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';
import { openDetails } from './support/rows.ts';

const twoChannels = () =>
  makeSettings({
    channels: [makeChannel(), makeChannel({ id: 'channel-2', name: 'Demo Sales' })],
  });

test('values the backend refuses are shown in a list that leads to their rows', async () => {
  const backend = startBackend(twoChannels());
  const { user, pressSave } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  backend.failNext('PUT', {
    code: 'validation_failed',
    fields: [{ path: 'channels.1.pipeline_ids', code: 'unknown_pipeline' }],
  });

  expect(await pressSave()).toBe(false);

  const list = screen.getByRole('alert');
  expect(list).toHaveFocus();
  const row = screen.getByRole('listitem', { name: 'Demo Sales' });
  expect(within(row).getByText(/One of the chosen pipelines was deleted/)).toBeVisible();
  await user.click(within(list).getByRole('button', { name: /^Demo Sales: / }));
  expect(row).toHaveFocus();

  await openDetails(user, row.getAttribute('aria-label') ?? '');
  await user.click(within(row).getByRole('checkbox', { name: 'Support' }));
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a pipeline that serves another channel already is named in its row, until either channel gives it up', async () => {
  const backend = startBackend(twoChannels());
  const { user, pressSave } = await openSettings();
  const first = screen.getByRole('listitem', { name: 'Demo Support' });
  const row = screen.getByRole('listitem', { name: 'Demo Sales' });
  await openDetails(user, row.getAttribute('aria-label') ?? '');
  await user.click(within(row).getByRole('checkbox', { name: 'Support' }));
  const fields = [0, 1].map((at) => ({
    path: `channels.1.pipeline_ids.${at}`,
    code: 'pipeline_taken',
  }));
  backend.failNext('PUT', { code: 'validation_failed', fields });

  expect(await pressSave()).toBe(false);

  const reason = 'is already used by another channel, and each pipeline can have only one.';
  const alert = screen.getByRole('alert');
  expect(
    within(alert).getByRole('button', { name: /^Demo Sales: Sales is already used/ }),
  ).toBeVisible();
  expect(
    within(alert).getByRole('button', { name: /^Demo Sales: Support is already used/ }),
  ).toBeVisible();
  expect(row).toHaveTextContent(`Sales ${reason}`);
  expect(row).toHaveTextContent(`Support ${reason}`);
  for (const name of ['Sales', 'Support'])
    expect(within(row).getByRole('checkbox', { name })).toBeInvalid();
  expect(first).not.toHaveTextContent(reason);

  await openDetails(user, 'Demo Support');
  await user.click(within(first).getByRole('checkbox', { name: 'Support' }));
  expect(screen.queryByRole('alert')).toBeNull();
});

test('values refused after a merge are shown in the rows that were sent then', async () => {
  const backend = startBackend(twoChannels());
  const { user, pressSave } = await openSettings();
  await user.click(screen.getByRole('radio', { name: 'Default: Demo Sales' }));
  // Somebody else deletes the first channel: the second one is sent first.
  backend.settings = {
    ...backend.settings,
    version: 2,
    channels: backend.settings.channels.slice(1),
    default_channel_id: null,
  };
  backend.failNext('PUT', { code: 'version_conflict' });
  backend.failNext('PUT', {
    code: 'validation_failed',
    fields: [{ path: 'channels.0.name', code: 'too_long' }],
  });

  expect(await pressSave()).toBe(false);

  const alert = screen.getByRole('alert');
  expect(within(alert).getByRole('button', { name: /^Demo Sales: / })).toBeVisible();
});

test('a pipeline that was archived or deleted keeps Save disabled and says so in the row', async () => {
  startBackend(
    makeSettings({
      channels: [
        makeChannel({ pipeline_ids: [7003] }),
        makeChannel({ id: 'channel-2', name: 'Demo Sales', pipeline_ids: [9999] }),
      ],
    }),
  );
  const { user, host } = await openSettings();
  const first = screen.getByRole('listitem', { name: 'Demo Support' });
  const second = screen.getByRole('listitem', { name: 'Demo Sales' });
  expect(within(first).getAllByText(/One of the chosen pipelines is archived/)[0]).toBeVisible();
  expect(within(second).getAllByText(/One of the chosen pipelines was deleted/)[0]).toBeVisible();
  expect(host.canSave).toBe(false);

  for (const [row, gone] of [
    [first, 'Archive 2024 (archived)'],
    [second, 'Deleted pipeline'],
  ] as const) {
    await openDetails(user, row.getAttribute('aria-label') ?? '');
    // The box stays until the save: it may have the keyboard’s focus.
    const box = within(row).getByRole('checkbox', { name: gone });
    await user.click(box);
    expect(box).toHaveFocus();
    expect(box).not.toBeChecked();
    expect(box).toBeValid();
    await user.click(within(row).getByRole('checkbox', { name: 'Sales' }));
  }
  expect(host.canSave).toBe(true);
});
