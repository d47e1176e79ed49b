import type { Pipeline, Preferences, SaveSettings, Settings } from '../../contract/api.ts';
import type { FieldError } from '../../contract/errors.ts';
import { faultyPreferences, isPreferenceChanged } from '../accounts/preferences.ts';
import type { StoredSettings } from '../accounts/rows.ts';
import type { StoredChannel } from '../channels/rows.ts';
import type { Config } from '../config.ts';
import { AppError } from '../platform/app-error.ts';
import { SOURCE_LIMIT } from './source-plan.ts';

/**
 * Which settings may change while the integration runs. The first save fixes the country: it completes phone numbers
 * typed in national form, and another one would turn the numbers of existing channels into another country's.
 */
export const CHANGEABLE: Settings['changeable'] = {
  'channels.name': 'anytime',
  'channels.pipeline_ids': 'anytime',
  'channels.options': 'anytime',
  default_channel_id: 'anytime',
  'preferences.language': 'anytime',
  'preferences.country': 'reinstall',
};

/** What the account has when a save is checked. */
export interface Present {
  settings: StoredSettings;
  channels: StoredChannel[];
  pipelines: Pipeline[];
  sharing: Config['pipelineSharing'];
}

/**
 * Refuses what cannot be saved, naming first what helps most.
 *
 * @throws AppError `version_conflict`, `validation_failed` with the path of each faulty value,
 *   `requires_reinstall`, `source_limit_reached`
 */
export function checkSave(input: SaveSettings, present: Present): void {
  checkVersion(present.settings, input);
  const faults = [
    ...faultyChannels(input, present),
    ...(present.sharing === 'exclusive' ? sharedPipelines(input, present.channels) : []),
    ...faultyDefault(input, present),
    ...(input.preferences ? faultyPreferences(input.preferences) : []),
  ];
  if (faults.length > 0) throw new AppError('validation_failed', { fields: faults });
  checkChangeable(input.preferences, present.settings);
  if (plannedSources(input, present.channels) > SOURCE_LIMIT) {
    throw new AppError('source_limit_reached');
  }
}

/** @throws AppError `version_conflict` when another save came first */
export function checkVersion(settings: StoredSettings, input: SaveSettings): void {
  if (settings.version !== input.version) throw new AppError('version_conflict');
}

function faultyChannels(input: SaveSettings, present: Present): FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, channel] of input.channels.entries()) {
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

/** The default must be a channel that has sources after this save; without channels there is none. */
function faultyDefault(input: SaveSettings, present: Present): FieldError[] {
  const path = 'default_channel_id';
  const wanted = input.default_channel_id;
  if (wanted === null) {
    return present.channels.length > 0 ? [{ path, code: 'required' }] : [];
  }
  const isSaved = present.channels.some(({ id, isSaved }) => id === wanted && isSaved);
  const isBeingSaved = input.channels.some(({ id }) => id === wanted);
  return isSaved || isBeingSaved ? [] : [{ path, code: 'unknown_channel' }];
}

function checkChangeable(wanted: Preferences | undefined, settings: StoredSettings): void {
  if (wanted === undefined || settings.status === 'new') return;
  const fields = (['language', 'country'] as const)
    .filter((name) => CHANGEABLE[`preferences.${name}`] === 'reinstall')
    .filter((name) => isPreferenceChanged(name, settings.preferences, wanted))
    .map((name) => ({ path: `preferences.${name}`, code: 'requires_reinstall' }));
  if (fields.length > 0) throw new AppError('requires_reinstall', { fields });
}

/** Pipelines that an earlier channel of the input, or one that the input leaves out, has taken. */
function sharedPipelines(input: SaveSettings, channels: readonly StoredChannel[]): FieldError[] {
  const taken = new Set(keptChannels(input, channels).flatMap(({ pipelineIds }) => pipelineIds));
  const faults: FieldError[] = [];
  for (const [index, channel] of input.channels.entries()) {
    for (const [at, pipelineId] of channel.pipeline_ids.entries()) {
      const path = `channels.${index}.pipeline_ids.${at}`;
      if (taken.has(pipelineId)) faults.push({ path, code: 'pipeline_taken' });
      taken.add(pipelineId);
    }
  }
  return faults;
}

function plannedSources(input: SaveSettings, channels: readonly StoredChannel[]): number {
  const counts = [
    ...input.channels.map(({ pipeline_ids }) => pipeline_ids.length),
    ...keptChannels(input, channels).map(({ pipelineIds }) => pipelineIds.length),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Channels the input leaves out keep their sources. */
function keptChannels(input: SaveSettings, channels: readonly StoredChannel[]): StoredChannel[] {
  const named = new Set(input.channels.map(({ id }) => id));
  return channels.filter(({ id, isSaved }) => isSaved && !named.has(id));
}
