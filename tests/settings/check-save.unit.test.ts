import type { SaveSettings } from '../../src/contract/api.ts';
import type { StoredChannel } from '../../src/server/channels/rows.ts';
import { AppError } from '../../src/server/platform/app-error.ts';
import { checkSave, type Present } from '../../src/server/settings/check-save.ts';

const follows = { mode: 'account', value: '' } as const;
const preferences = { language: follows, country: follows };

function channel(id: string, change: Partial<StoredChannel> = {}): StoredChannel {
  return {
    id,
    accountId: 1,
    epoch: 1,
    connector: 'telegram',
    account: { external_id: id, name: id, handle: null },
    pictureMark: null,
    pictureAt: null,
    phone: '',
    name: id,
    pipelineIds: [1],
    status: 'connected',
    statusReason: null,
    options: {},
    isSaved: true,
    checkedAt: null,
    statusAt: null,
    createdAt: new Date(0),
    ...change,
  };
}

function present(change: Partial<Present> = {}): Present {
  return {
    settings: {
      ...{ version: 3, status: 'active', defaultChannelId: 'a', preferences },
      ...{ savedAt: new Date(0), savedBy: 1 },
    },
    channels: [channel('a'), channel('b')],
    pipelines: [1, 2, 3].map((id) => ({
      id,
      name: `${id}`,
      is_main: id === 1,
      is_archived: id === 3,
    })),
    sharing: 'shared',
    ...change,
  };
}

function input(change: Partial<SaveSettings> = {}): SaveSettings {
  return {
    version: 3,
    default_channel_id: 'a',
    channels: [
      { id: 'a', name: 'a', pipeline_ids: [1] },
      { id: 'b', name: 'b', pipeline_ids: [1, 2] },
    ],
    ...change,
  };
}

function refusal(wanted: SaveSettings, at: Present): Pick<AppError, 'code' | 'fields'> {
  try {
    checkSave(wanted, at);
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, fields: error.fields };
    throw error;
  }
  throw new Error('It was accepted.');
}

test('what is right is accepted', () => {
  expect(() => checkSave(input(), present())).not.toThrow();
});

test('an integration without channels may be saved, without a default', () => {
  const empty = present({ channels: [] });
  expect(() => checkSave(input({ channels: [], default_channel_id: null }), empty)).not.toThrow();
  expect(refusal(input({ channels: [] }), empty).fields).toEqual([
    { path: 'default_channel_id', code: 'unknown_channel' },
  ]);
});

test('a default that is neither saved nor being saved would have no source', () => {
  const at = present({ channels: [channel('a'), channel('b', { isSaved: false })] });
  const wanted = input({
    default_channel_id: 'b',
    channels: [{ id: 'a', name: 'a', pipeline_ids: [1] }],
  });
  expect(refusal(wanted, at).fields).toEqual([
    { path: 'default_channel_id', code: 'unknown_channel' },
  ]);
});

test('every fault is told at once, each with its path', () => {
  const wanted = input({
    default_channel_id: null,
    channels: [
      { id: 'a', name: 'a', pipeline_ids: [] },
      { id: 'a', name: 'a', pipeline_ids: [3] },
      { id: 'z', name: 'z', pipeline_ids: [1, 9] },
    ],
  });
  expect(refusal(wanted, present())).toEqual({
    code: 'validation_failed',
    fields: [
      { path: 'channels.0.pipeline_ids', code: 'required' },
      { path: 'channels.1.id', code: 'duplicate' },
      { path: 'channels.1.pipeline_ids.0', code: 'archived_pipeline' },
      { path: 'channels.2.id', code: 'unknown_channel' },
      { path: 'channels.2.pipeline_ids.1', code: 'unknown_pipeline' },
      { path: 'default_channel_id', code: 'required' },
    ],
  });
});

test('a pipeline is taken once where the operator wants it so, channels left out included', () => {
  expect(refusal(input(), present({ sharing: 'exclusive' })).fields).toEqual([
    { path: 'channels.1.pipeline_ids.0', code: 'pipeline_taken' },
  ]);
  const onlyB = input({ channels: [{ id: 'b', name: 'b', pipeline_ids: [1] }] });
  expect(refusal(onlyB, present({ sharing: 'exclusive' })).fields).toEqual([
    { path: 'channels.0.pipeline_ids.0', code: 'pipeline_taken' },
  ]);
});

test('planned sources are counted with those of channels left out', () => {
  const many = Array.from({ length: 60 }, (_, index) => index + 1);
  const pipelines = many.map((id) => ({ id, name: `${id}`, is_main: false, is_archived: false }));
  const at = present({ pipelines, channels: [channel('a', { pipelineIds: many }), channel('b')] });
  const wanted = (count: number) =>
    input({ channels: [{ id: 'b', name: 'b', pipeline_ids: many.slice(0, count) }] });
  expect(() => checkSave(wanted(40), at)).not.toThrow();
  expect(refusal(wanted(41), at).code).toBe('source_limit_reached');
});

test('the country is free before the first save and fixed after it', () => {
  const wanted = input({
    preferences: {
      language: { mode: 'fixed', value: 'es' },
      country: { mode: 'fixed', value: 'MX' },
    },
  });
  const before = present();
  before.settings.status = 'new';
  expect(() => checkSave(wanted, before)).not.toThrow();
  expect(refusal(wanted, present())).toEqual({
    code: 'requires_reinstall',
    fields: [{ path: 'preferences.country', code: 'requires_reinstall' }],
  });
});
