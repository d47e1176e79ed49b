import { act, screen, within } from '@testing-library/react';
import type { ChannelOptions } from '../../src/contract/api.ts';
import {
  applyEdits,
  findConflicts,
  listChanges,
  listEdits,
  NO_EDITS,
  normalise,
  toSaveRequest,
  withSetBack,
} from '../../src/widget/settings/draft.ts';
import { startBackend } from './support/backend.ts';
import { makeChannel, makeSettings } from './support/make.ts';
import { openSettings } from './support/open-settings.tsx';
import { openDetails, rename } from './support/rows.ts';

const withOptions = (...options: ChannelOptions[]) =>
  makeSettings({
    channels: options.map((own, index) =>
      makeChannel({ id: `channel-${index + 1}`, name: `Bot ${index + 1}`, options: own }),
    ),
  });
const both = { groups: 'ignore', own_device: 'import' } as const;

describe('on the screen', () => {
  test('a channel is asked only what its service has', async () => {
    startBackend(withOptions(both, { groups: 'import' }, {}));
    const { user } = await openSettings();
    for (const name of ['Bot 1', 'Bot 2', 'Bot 3']) await openDetails(user, name);
    const offered = ['Bot 1', 'Bot 2', 'Bot 3'].map((name) =>
      within(screen.getByRole('listitem', { name }))
        .queryAllByRole('combobox')
        .map((select) => (select as HTMLSelectElement).labels[0]?.textContent),
    );
    expect(offered).toEqual([
      ['Group chats', 'What staff write on the phone'],
      ['Group chats'],
      [],
    ]);
  });

  test('a changed option is an unsaved change, is saved, and can be undone', async () => {
    const backend = startBackend(withOptions(both, {}));
    const { user, host, pressSave } = await openSettings();
    await openDetails(user, 'Bot 1');
    const groups = screen.getByRole('combobox', { name: 'Group chats' });
    expect(groups).toHaveDisplayValue('Ignore');
    await user.selectOptions(groups, 'Show in Kommo');
    expect(screen.getByText('1 unsaved change')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Undo all' }));
    expect(groups).toHaveDisplayValue('Ignore');
    expect(host.canSave).toBe(false);

    await user.selectOptions(groups, 'Show in Kommo');
    expect(await pressSave()).toBe(true);
    expect(backend.writes[0]?.body).toMatchObject({
      channels: [
        { id: 'channel-1', options: { groups: 'import', own_device: 'import' } },
        expect.not.objectContaining({ options: expect.anything() }),
      ],
    });
    expect(screen.getByText('No unsaved changes.')).toBeVisible();
    expect(groups).toHaveDisplayValue('Show in Kommo');
  });

  test('an option somebody else set the same way is no conflict', async () => {
    const backend = startBackend(withOptions(both));
    const { user, pressSave } = await openSettings();
    await openDetails(user, 'Bot 1');
    const choose = (name: string, label: string) =>
      user.selectOptions(screen.getByRole('combobox', { name }), label);
    await choose('What staff write on the phone', 'Ignore');
    await choose('Group chats', 'Show in Kommo');
    const theirs = withOptions({ groups: 'import', own_device: 'import' });
    backend.settings = { ...theirs, version: 2 };
    expect(await pressSave()).toBe(true);
    expect(backend.settings.channels[0]?.options).toEqual({
      groups: 'import',
      own_device: 'ignore',
    });
  });

  test('a conflict about something else names the options somebody else changed', async () => {
    const backend = startBackend(withOptions(both));
    const { user, pressSave } = await openSettings();
    await openDetails(user, 'Bot 1');
    await rename(user, 'Bot 1', 'Bot 1 of Ana');
    const [channel] = withOptions({ groups: 'import', own_device: 'ignore' }).channels;
    backend.settings = {
      ...backend.settings,
      version: 2,
      channels: [makeChannel({ ...channel, name: 'Theirs' })],
    };
    expect(await pressSave()).toBe(false);
    expect(
      await screen.findByText(
        'They also changed: group chats of Bot 1 of Ana and what staff write on the phone in Bot 1 of Ana.',
      ),
    ).toBeVisible();
    expect(screen.getByRole('combobox', { name: 'Group chats' })).toHaveDisplayValue(
      'Show in Kommo',
    );
  });

  test('a refused option is named at its channel until it is changed', async () => {
    const backend = startBackend(withOptions(both));
    const { user, pressSave } = await openSettings();
    await openDetails(user, 'Bot 1');
    const groups = screen.getByRole('combobox', { name: 'Group chats' });
    await user.selectOptions(groups, 'Show in Kommo');
    backend.failNext('PUT', {
      code: 'validation_failed',
      fields: [{ path: 'channels.0.options.groups', code: 'invalid' }],
    });
    expect(await pressSave()).toBe(false);
    expect(screen.getByRole('alert')).toHaveTextContent(/Bot 1: The server did not accept one/);
    await user.selectOptions(groups, 'Ignore');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('what is set back while the own save is under way is a change once more', async () => {
    const backend = startBackend(withOptions(both));
    const { app, user } = await openSettings();
    await openDetails(user, 'Bot 1');
    const groups = screen.getByRole('combobox', { name: 'Group chats' });
    await act(async () => {
      app.settings.setOption('channel-1', { groups: 'import' });
      const saving = app.settings.save();
      app.settings.setOption('channel-1', { groups: 'ignore' });
      await saving;
    });
    expect(backend.settings.channels[0]?.options.groups).toBe('import');
    expect(screen.getByText('1 unsaved change')).toBeVisible();
    expect(groups).toHaveDisplayValue('Ignore');
  });

  test('somebody who is no administrator reads what was decided', async () => {
    startBackend({ ...withOptions(both), user: { id: 8002, is_admin: false } });
    const { user } = await openSettings();
    const row = await openDetails(user, 'Bot 1');
    expect(screen.queryByRole('combobox')).toBeNull();
    expect(row).toHaveTextContent('Group chats Ignore');
    expect(row).toHaveTextContent('What staff write on the phone Show in Kommo');
  });
});

describe('in the draft', () => {
  const saved = withOptions(both, {});
  const edits = (options: Record<string, ChannelOptions>) => ({ ...NO_EDITS, options });

  test('a changed option replaces only itself', () => {
    const draft = applyEdits(saved, edits({ 'channel-1': { groups: 'import' } }));
    expect(draft.channels.map(({ options }) => options)).toEqual([
      { groups: 'import', own_device: 'import' },
      {},
    ]);
  });

  test('options that are saved already, or that the service does not have, are dropped', () => {
    const kept = normalise(
      saved,
      edits({
        'channel-1': { groups: 'ignore', own_device: 'ignore' },
        'channel-2': { groups: 'import' },
        gone: { groups: 'import' },
      }),
    );
    expect(kept.options).toEqual({ 'channel-1': { own_device: 'ignore' } });
    expect(listEdits(kept)).toEqual([{ kind: 'own_device', channelId: 'channel-1' }]);
  });

  test('a channel without options is saved without them', () => {
    expect(toSaveRequest(saved, NO_EDITS).channels.map(({ options }) => options)).toEqual([
      both,
      undefined,
    ]);
  });

  test('what somebody else decided is a change, and a conflict only if it differs from mine', () => {
    const after = withOptions({ groups: 'import', own_device: 'import' }, {});
    expect(listChanges(saved, after)).toEqual([{ kind: 'groups', channelId: 'channel-1' }]);
    expect(findConflicts(saved, after, edits({ 'channel-1': { groups: 'import' } }))).toEqual([]);
    expect(findConflicts(saved, after, edits({ 'channel-1': { own_device: 'ignore' } }))).toEqual(
      [],
    );
  });

  test('an option set back during a save counts again', () => {
    const sent = edits({ 'channel-1': { groups: 'import', own_device: 'ignore' } });
    const now = edits({ 'channel-1': { own_device: 'ignore' } });
    expect(withSetBack(saved, sent, now).options).toEqual({
      'channel-1': { own_device: 'ignore', groups: 'ignore' },
    });
  });
});
