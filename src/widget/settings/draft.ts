import type {
  Channel,
  ChannelOptions,
  Preferences,
  SaveSettings,
  Settings,
} from '../../contract/api.ts';

/**
 * The draft: the admin's unsaved changes. Only the changes are kept, so that they can be applied to newer
 * settings after someone else has saved. Pure functions, no state.
 */
export interface Edits {
  names: Record<string, string>;
  pipelines: Record<string, number[]>;
  /** By channel; only what was changed. */
  options: Record<string, ChannelOptions>;
  defaultChannelId?: string;
  preferences: Partial<Preferences>;
}

export const NO_EDITS: Edits = { names: {}, pipelines: {}, options: {}, preferences: {} };

/** The options a channel may have, in the order of the screen. */
export const OPTIONS = ['groups', 'own_device'] as const;

/** The longest channel name that the backend accepts. */
export const MAX_NAME_LENGTH = 100;

/** A channel as it will be after the next save. */
export interface DraftChannel {
  channel: Channel;
  name: string;
  pipelineIds: number[];
  options: ChannelOptions;
}

export interface Draft {
  channels: DraftChannel[];
  defaultChannelId: string | null;
  preferences: Preferences;
}

export type ProblemCode =
  | 'name_required'
  | 'name_too_long'
  | 'pipeline_required'
  | 'pipeline_archived'
  | 'pipeline_deleted';

/** Why the draft cannot be saved as it is. */
export interface Problem {
  channelId: string;
  field: 'name' | 'pipelines';
  code: ProblemCode;
}

/** A setting by name, as it can be edited and compared. */
export type SettingKey =
  | { kind: 'name' | 'pipelines' | (typeof OPTIONS)[number]; channelId: string }
  | { kind: 'default' | 'language' | 'country' };

/** Applies the changes to the saved settings. */
export function applyEdits(saved: Settings, edits: Edits): Draft {
  return {
    channels: saved.channels.map((channel) => ({
      channel,
      name: edits.names[channel.id] ?? channel.name,
      pipelineIds: edits.pipelines[channel.id] ?? channel.pipeline_ids,
      options: { ...channel.options, ...edits.options[channel.id] },
    })),
    defaultChannelId: defaultChannelOf(saved, edits),
    preferences: { ...saved.preferences, ...edits.preferences },
  };
}

/** The first channel is the default one until the admin chooses another. */
function defaultChannelOf(saved: Settings, edits: Edits): string | null {
  const wanted = [edits.defaultChannelId, saved.default_channel_id];
  const ids = saved.channels.map((channel) => channel.id);
  return ids.find((id) => id === wanted[0]) ?? ids.find((id) => id === wanted[1]) ?? ids[0] ?? null;
}

/** Drops changes that equal the saved settings or belong to deleted channels. */
export function normalise(saved: Settings, edits: Edits): Edits {
  const names: Edits['names'] = {};
  const pipelines: Edits['pipelines'] = {};
  const options: Edits['options'] = {};
  for (const channel of saved.channels) {
    const name = edits.names[channel.id];
    if (name !== undefined && name !== channel.name) names[channel.id] = name;
    const ids = edits.pipelines[channel.id];
    if (ids !== undefined && !sameIds(ids, channel.pipeline_ids)) pipelines[channel.id] = ids;
    const changed = changedOptions(channel.options, edits.options[channel.id]);
    if (changed) options[channel.id] = changed;
  }
  const preferences: Edits['preferences'] = {};
  for (const key of ['language', 'country'] as const) {
    const edited = edits.preferences[key];
    if (edited && !samePreference(edited, saved.preferences[key])) preferences[key] = edited;
  }
  const isDefaultEdited =
    edits.defaultChannelId !== saved.default_channel_id &&
    saved.channels.some((channel) => channel.id === edits.defaultChannelId);
  return {
    names,
    pipelines,
    options,
    preferences,
    ...(isDefaultEdited ? { defaultChannelId: edits.defaultChannelId } : {}),
  };
}

/** What differs, of the options the channel's service has; undefined if nothing does. */
function changedOptions(
  saved: ChannelOptions,
  edited: ChannelOptions = {},
): ChannelOptions | undefined {
  const changed = OPTIONS.filter(
    (key) => saved[key] && edited[key] && edited[key] !== saved[key],
  ).map((key) => [key, edited[key]]);
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}

/**
 * The draft after a save: what was sent, but was set back to its old value while the save was in progress, is
 * a change again.
 */
export function withSetBack(before: Settings, sent: Edits, now: Edits): Edits {
  const old = applyEdits(before, NO_EDITS);
  const wasSetBack = (id: string, kind: 'names' | 'pipelines') =>
    sent[kind][id] !== undefined && now[kind][id] === undefined;
  const names = { ...now.names };
  const pipelines = { ...now.pipelines };
  const options = { ...now.options };
  for (const { channel, name, pipelineIds, options: before } of old.channels) {
    const { id } = channel;
    if (wasSetBack(id, 'names')) names[id] = name;
    if (wasSetBack(id, 'pipelines')) pipelines[id] = pipelineIds;
    for (const key of OPTIONS)
      if (sent.options[id]?.[key] && !now.options[id]?.[key])
        options[id] = { ...options[id], [key]: before[key] };
  }
  const preferences = { ...now.preferences };
  for (const kind of ['language', 'country'] as const) {
    if (sent.preferences[kind] && !now.preferences[kind]) preferences[kind] = old.preferences[kind];
  }
  const isDefaultSetBack =
    sent.defaultChannelId !== undefined && now.defaultChannelId === undefined;
  return {
    ...now,
    names,
    pipelines,
    options,
    preferences,
    ...(isDefaultSetBack ? { defaultChannelId: old.defaultChannelId ?? undefined } : {}),
  };
}

function sameIds(left: number[], right: number[]): boolean {
  return left.length === right.length && left.every((id) => right.includes(id));
}

function samePreference(left: Preferences['language'], right: Preferences['language']): boolean {
  if (left.mode !== right.mode) return false;
  return left.mode === 'account' || left.value === right.value;
}

/** Every changed setting, each counted once. */
export function listEdits(edits: Edits): SettingKey[] {
  return [
    ...Object.keys(edits.names).map((channelId) => ({ kind: 'name' as const, channelId })),
    ...Object.keys(edits.pipelines).map((channelId) => ({ kind: 'pipelines' as const, channelId })),
    ...Object.entries(edits.options).flatMap(([channelId, changed]) =>
      OPTIONS.filter((kind) => changed[kind]).map((kind) => ({ kind, channelId })),
    ),
    ...(edits.defaultChannelId === undefined ? [] : [{ kind: 'default' as const }]),
    ...(['language', 'country'] as const)
      .filter((kind) => edits.preferences[kind])
      .map((kind) => ({ kind })),
  ];
}

/** What prevents the draft from being saved, in the order of the list. */
export function findProblems(saved: Settings, edits: Edits): Problem[] {
  const problems: Problem[] = [];
  for (const { channel, name, pipelineIds } of applyEdits(saved, edits).channels) {
    const channelId = channel.id;
    if (name.trim() === '') problems.push({ channelId, field: 'name', code: 'name_required' });
    else if (name.trim().length > MAX_NAME_LENGTH)
      problems.push({ channelId, field: 'name', code: 'name_too_long' });
    const code = pipelineProblem(saved, pipelineIds);
    if (code) problems.push({ channelId, field: 'pipelines', code });
  }
  return problems;
}

function pipelineProblem(saved: Settings, pipelineIds: number[]): ProblemCode | undefined {
  if (pipelineIds.length === 0) return 'pipeline_required';
  const chosen = pipelineIds.map((id) => saved.pipelines.find((pipeline) => pipeline.id === id));
  if (chosen.some((pipeline) => !pipeline)) return 'pipeline_deleted';
  if (chosen.some((pipeline) => pipeline?.is_archived)) return 'pipeline_archived';
  return undefined;
}

/** The body of the save. */
export function toSaveRequest(saved: Settings, edits: Edits): SaveSettings {
  const draft = applyEdits(saved, edits);
  return {
    version: saved.version,
    default_channel_id: draft.defaultChannelId,
    channels: draft.channels.map(({ channel, name, pipelineIds, options }) => ({
      id: channel.id,
      name: name.trim(),
      pipeline_ids: pipelineIds,
      ...(OPTIONS.some((key) => options[key]) ? { options } : {}),
    })),
    preferences: draft.preferences,
  };
}

/** What someone else changed between two states of the saved settings. */
export function listChanges(before: Settings, after: Settings): SettingKey[] {
  // Treat the newer state as edits of the older one: normalising them leaves the difference.
  const asEdits: Edits = {
    names: Object.fromEntries(after.channels.map((channel) => [channel.id, channel.name])),
    pipelines: Object.fromEntries(after.channels.map(({ id, pipeline_ids }) => [id, pipeline_ids])),
    options: Object.fromEntries(after.channels.map(({ id, options }) => [id, options])),
    preferences: after.preferences,
  };
  const { default_channel_id: id } = after;
  // Handled separately, because the default may be a channel that the older state does not have.
  const isOtherDefault = id !== null && id !== before.default_channel_id;
  return listEdits({
    ...normalise(before, asEdits),
    ...(isOtherDefault ? { defaultChannelId: id } : {}),
  });
}

/** Settings that this admin and someone else changed to different values. */
export function findConflicts(before: Settings, after: Settings, edits: Edits): SettingKey[] {
  const theirs = listChanges(before, after);
  // An edit that equals what the other admin saved is not a conflict: it is already done.
  return listEdits(normalise(after, edits)).filter((key) =>
    theirs.some((their) => isSameSetting(key, their)),
  );
}

function isSameSetting(left: SettingKey, right: SettingKey): boolean {
  if (left.kind !== right.kind) return false;
  return !('channelId' in left) || !('channelId' in right) || left.channelId === right.channelId;
}
