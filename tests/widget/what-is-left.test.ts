import type { Channel, Settings } from '../../src/contract/api.ts';
import { NO_EDITS } from '../../src/widget/settings/draft.ts';
import { INITIAL_STATE, type SettingsState } from '../../src/widget/settings/settings-state.ts';
import { countUnsaved, whatIsLeft, whySaveRests } from '../../src/widget/settings/what-is-left.ts';
import { makeChannel, makeMessages, makeSettings } from './support/make.ts';

function stateOf(saved: Partial<Settings>, state: Partial<SettingsState> = {}): SettingsState {
  return { ...INITIAL_STATE, saved: makeSettings(saved), ...state };
}

function withChannel(change: Partial<Channel>, state: Partial<SettingsState> = {}): SettingsState {
  return stateOf({ channels: [makeChannel(change)] }, state);
}

function kindsOf(state: SettingsState): string[] {
  return whatIsLeft(state).map(({ kind }) => kind);
}

const renamed = (name: string) => ({ ...NO_EDITS, names: { 'channel-1': name } });

test('nothing is left when every channel is saved, well and complete', () => {
  expect(kindsOf(withChannel({}))).toEqual([]);
});

test('without a channel there is one to connect, and Save rests until then', () => {
  const state = stateOf({});
  expect(kindsOf(state)).toEqual(['connect']);
  expect(whySaveRests(state)?.kind).toBe('connect');
});

test.each(['action_needed', 'error', 'phone_offline'] as const)(
  'a channel that is %s is told',
  (status) => {
    expect(kindsOf(withChannel({ status }))).toEqual(['channel']);
  },
);

test.each(['connecting', 'paused'] as const)('a channel that is %s needs nobody', (status) => {
  expect(kindsOf(withChannel({ status }))).toEqual([]);
});

test('an empty name and a missing pipeline are told each, and keep Save from being pressed', () => {
  const state = withChannel({ pipeline_ids: [] }, { edits: renamed('  ') });
  expect(kindsOf(state)).toEqual(['problem', 'problem']);
  expect(whySaveRests(state)).toMatchObject({ problem: { code: 'name_required' } });
});

test('what waits for Save is the last thing', () => {
  expect(kindsOf(withChannel({ status: 'error' }, { edits: renamed('New') }))).toEqual([
    'channel',
    'save',
  ]);
});

test('a missing grant comes first, whoever found out', () => {
  expect(
    kindsOf(withChannel({ status: 'error' }, { reauthorizeUrl: 'https://kommo.test' }))[0],
  ).toBe('access');
  const state = stateOf({
    channels: [makeChannel()],
    install: { state: 'authorization_required', authorize_url: 'https://kommo.test' },
  });
  expect(kindsOf(state)).toEqual(['access']);
});

test('a failed sync and undelivered messages are told', () => {
  const state = stateOf({
    channels: [makeChannel({ messages: makeMessages({ undelivered: 3 }) })],
    sync: { state: 'failed', finished_at: '2026-11-22T09:00:00.000Z', error_code: 'kommo_timeout' },
  });
  expect(kindsOf(state)).toEqual(['sync', 'undelivered']);
});

test('a value that was refused is told until it is changed', () => {
  const problem = { channelId: 'channel-1', field: 'name', code: 'refused' } as const;
  expect(kindsOf(withChannel({}, { fieldProblems: [problem] }))).toEqual(['refused']);
});

test('someone who may only look is told what is wrong, and nothing to do', () => {
  const state = stateOf({
    user: { id: 8002, is_admin: false },
    channels: [makeChannel({ status: 'error', is_saved: false, pipeline_ids: [] })],
  });
  expect(kindsOf(state)).toEqual(['channel']);
});

test('channels that were never saved count as changes', () => {
  const channels = [makeChannel(), makeChannel({ id: 'channel-2', is_saved: false })];
  expect(countUnsaved(stateOf({ channels }, { edits: renamed('New') }))).toBe(2);
});
