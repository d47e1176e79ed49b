import {
  applyEdits,
  findConflicts,
  findProblems,
  listChanges,
  listEdits,
  NO_EDITS,
  normalise,
  toSaveRequest,
} from '../../src/widget/settings/draft.ts';
import { toFieldProblems } from '../../src/widget/settings/problems.ts';
import { makeChannel, makeSettings } from './support/make.ts';

const first = makeChannel({ id: 'a', name: 'First' });
const second = makeChannel({ id: 'b', name: 'Second', pipeline_ids: [7001, 7002] });
const saved = makeSettings({ channels: [first, second] });

test('no edits change nothing', () => {
  const draft = applyEdits(saved, NO_EDITS);
  expect(draft.channels.map(({ name }) => name)).toEqual(['First', 'Second']);
  expect(draft.defaultChannelId).toBe('a');
  expect(listEdits(NO_EDITS)).toEqual([]);
});

test('the first channel is the default one as long as nobody chose', () => {
  expect(applyEdits({ ...saved, default_channel_id: null }, NO_EDITS).defaultChannelId).toBe('a');
  expect(applyEdits({ ...saved, default_channel_id: 'gone' }, NO_EDITS).defaultChannelId).toBe('a');
  const edits = { ...NO_EDITS, defaultChannelId: 'b' };
  expect(applyEdits(saved, edits).defaultChannelId).toBe('b');
  expect(applyEdits(makeSettings(), edits).defaultChannelId).toBeNull();
});

test('edits that equal what is saved, or belong to nobody, are dropped', () => {
  const edits = {
    names: { a: 'First', b: 'Other', gone: 'X' },
    pipelines: { b: [7002, 7001], a: [7002] },
    options: {},
    defaultChannelId: 'a',
    preferences: {
      language: { mode: 'account' as const, value: 'pt' },
      country: { mode: 'fixed' as const, value: 'BR' },
    },
  };
  expect(normalise(saved, edits)).toEqual({
    names: { b: 'Other' },
    pipelines: { a: [7002] },
    options: {},
    preferences: { country: { mode: 'fixed', value: 'BR' } },
  });
});

test('a name is sent without the spaces around it, and everything else as it is', () => {
  const edits = { ...NO_EDITS, names: { a: '  New  ' }, pipelines: { a: [7002] } };
  expect(toSaveRequest(saved, edits)).toEqual({
    version: 1,
    default_channel_id: 'a',
    channels: [
      { id: 'a', name: 'New', pipeline_ids: [7002] },
      { id: 'b', name: 'Second', pipeline_ids: [7001, 7002] },
    ],
    preferences: saved.preferences,
  });
});

test.each([
  [{ names: { a: '  ' } }, 'name_required'],
  [{ names: { a: 'x'.repeat(101) } }, 'name_too_long'],
  [{ pipelines: { a: [] } }, 'pipeline_required'],
  [{ pipelines: { a: [7003] } }, 'pipeline_archived'],
  [{ pipelines: { a: [7001, 9999] } }, 'pipeline_deleted'],
])('%j cannot be saved: %s', (change, code) => {
  const problems = findProblems(saved, { ...NO_EDITS, ...change });
  expect(problems).toEqual([expect.objectContaining({ channelId: 'a', code })]);
});

test('a name of exactly 100 characters can be saved', () => {
  expect(findProblems(saved, { ...NO_EDITS, names: { a: 'x'.repeat(100) } })).toEqual([]);
});

test('what somebody else changed is the difference between two states', () => {
  const after = makeSettings({
    channels: [makeChannel({ id: 'a', name: 'Theirs' }), second],
    default_channel_id: 'b',
  });
  expect(listChanges(saved, after)).toEqual([
    { kind: 'name', channelId: 'a' },
    { kind: 'default' },
  ]);
});

test('only a setting changed on both sides to different values is a conflict', () => {
  const after = makeSettings({ channels: [makeChannel({ id: 'a', name: 'Theirs' }), second] });
  const rename = (name: string) => ({ ...NO_EDITS, names: { a: name } });
  expect(findConflicts(saved, after, rename('Mine'))).toEqual([{ kind: 'name', channelId: 'a' }]);
  expect(findConflicts(saved, after, rename('Theirs'))).toEqual([]);
  expect(findConflicts(saved, after, { ...NO_EDITS, names: { b: 'Mine' } })).toEqual([]);
});

test('refused values find their rows, by their position in what was sent', () => {
  const problems = toFieldProblems(
    [
      { path: 'channels.1.name', code: 'required' },
      { path: 'channels.0.pipeline_ids.2', code: 'unknown_pipeline' },
      { path: 'default_channel_id', code: 'unknown_channel' },
      { path: 'preferences.country', code: 'invalid' },
      { path: 'version', code: 'invalid' },
    ],
    saved,
  );
  expect(problems.map(({ channelId, field }) => [channelId, field])).toEqual([
    ['b', 'name'],
    ['a', 'pipelines'],
    [undefined, 'default'],
    [undefined, 'country'],
    [undefined, 'value'],
  ]);
});
