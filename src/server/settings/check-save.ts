import type { Pipeline, Preferences, SaveSettings, Settings } from '../../contract/api.ts';
import type { FieldError } from '../../contract/errors.ts';
import { faultyPreferences, isPreferenceChanged } from '../accounts/preferences.ts';
import type { StoredSettings } from '../accounts/rows.ts';
import type { StoredChannel } from '../channels/rows.ts';
import type { Config } from '../config.ts';
import { AppError } from '../platform/app-error.ts';
import { SOURCE_LIMIT } from './source-plan.ts';

/**
 * Which settings may change while the integration runs. The country is fixed by the first save: phone
 * numbers that were typed the national way were completed with it, and the numbers of existing channels
 * would be read as another country's under a new one.
 */
export const CHANGEABLE: Settings['changeable'] = {
  'channels.name': 'anytime',
  'channels.pipeline_ids': 'anytime',
  default_channel_id: 'anytime',
  'preferences.language': 'anytime',
  'preferences.country': 'reinstall',
};

/** What the account has at the moment of judging. */
export interface Present {
  settings: StoredSettings;
  channels: StoredChannel[];
  pipelines: Pipeline[];
  sharing: Config['pipelineSharing'];
}

/**
 * Refuses what cannot be saved, in the order in which it helps to hear it.
 *
 * @throws AppError `version_conflict`, `validation_failed` with the path of each faulty value,
 *   `requires_reinstall`, `source_limit_reached`
 */
export function checkSave(wish: SaveSettings, present: Present): void {
  demandVersion(present.settings, wish);
  const faults = [
    ...faultyChannels(wish, present),
    ...(present.sharing === 'exclusive' ? sharedPipelines(wish, present.channels) : []),
    ...faultyDefault(wish, present),
    ...(wish.preferences ? faultyPreferences(wish.preferences) : []),
  ];
  if (faults.length > 0) throw new AppError('validation_failed', { fields: faults });
  demandChangeable(wish.preferences, present.settings);
  if (plannedSources(wish, present.channels) > SOURCE_LIMIT) {
    throw new AppError('source_limit_reached');
  }
}

/** @throws AppError `version_conflict` when another save came first */
export function demandVersion(settings: StoredSettings, wish: SaveSettings): void {
  if (settings.version !== wish.version) throw new AppError('version_conflict');
}

function faultyChannels(wish: SaveSettings, present: Present): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, channel] of wish.channels.entries()) {
    const path = `channels.${index}`;
    if (!present.channels.some(({ id }) => id === channel.id)) {
      faults.push({ path: `${path}.id`, code: 'unknown_channel' });
    }
    if (seen.has(channel.id)) faults.push({ path: `${path}.id`, code: 'duplicate' });
    seen.add(channel.id);
    if (channel.pipeline_ids.length === 0) {
      faults.push({ path: `${path}.pipeline_ids`, code: 'required' });
    }
    for (const [at, pipelineId] of channel.pipeline_ids.entries()) {
      const pipeline = present.pipelines.find(({ id }) => id === pipelineId);
      if (pipeline && !pipeline.is_archived) continue;
      const code = pipeline ? 'archived_pipeline' : 'unknown_pipeline';
      faults.push({ path: `${path}.pipeline_ids.${at}`, code });
    }
  }
  return faults;
}

/** The default must be a channel that has sources once this is saved; without channels there is none. */
function faultyDefault(wish: SaveSettings, present: Present): FieldError[] {
  const path = 'default_channel_id';
  const wanted = wish.default_channel_id;
  if (wanted === null) {
    return present.channels.length > 0 ? [{ path, code: 'required' }] : [];
  }
  const isSaved = present.channels.some(({ id, isSaved }) => id === wanted && isSaved);
  const isBeingSaved = wish.channels.some(({ id }) => id === wanted);
  return isSaved || isBeingSaved ? [] : [{ path, code: 'unknown_channel' }];
}

function demandChangeable(wanted: Preferences | undefined, settings: StoredSettings): void {
  if (wanted === undefined || settings.status === 'new') return;
  const fields = (['language', 'country'] as const)
    .filter((name) => CHANGEABLE[`preferences.${name}`] === 'reinstall')
    .filter((name) => isPreferenceChanged(name, settings.preferences, wanted))
    .map((name) => ({ path: `preferences.${name}`, code: 'requires_reinstall' }));
  if (fields.length > 0) throw new AppError('requires_reinstall', { fields });
}

/** Pipelines that an earlier channel of the wish, or one the wish leaves out, has taken. */
function sharedPipelines(wish: SaveSettings, channels: readonly StoredChannel[]): FieldError[] {
  const taken = new Set(keptChannels(wish, channels).flatMap(({ pipelineIds }) => pipelineIds));
  const faults: FieldError[] = [];
  for (const [index, channel] of wish.channels.entries()) {
    for (const [at, pipelineId] of channel.pipeline_ids.entries()) {
      const path = `channels.${index}.pipeline_ids.${at}`;
      if (taken.has(pipelineId)) faults.push({ path, code: 'pipeline_taken' });
      taken.add(pipelineId);
    }
  }
  return faults;
}

function plannedSources(wish: SaveSettings, channels: readonly StoredChannel[]): number {
  const counts = [
    ...wish.channels.map(({ pipeline_ids }) => pipeline_ids.length),
    ...keptChannels(wish, channels).map(({ pipelineIds }) => pipelineIds.length),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Channels the wish leaves out keep their sources. */
function keptChannels(wish: SaveSettings, channels: readonly StoredChannel[]): StoredChannel[] {
  const named = new Set(wish.channels.map(({ id }) => id));
  return channels.filter(({ id, isSaved }) => isSaved && !named.has(id));
}
