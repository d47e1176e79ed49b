import type { Pipeline, SaveSettings } from '../../contract/api.ts';
import type { FieldError } from '../../contract/errors.ts';
import type { TextKey, Texts } from '../i18n.ts';
import { MAX_NAME_LENGTH, type Problem } from './draft.ts';

/** A value the backend refused, matched to its place on the screen. */
export interface FieldProblem {
  /** The channel's row, or undefined for settings that belong to no channel. */
  channelId: string | undefined;
  field: 'name' | 'pipelines' | 'default' | 'language' | 'country' | 'value';
  /** The backend's code, for example `unknown_pipeline`. */
  code: string;
  /** The pipeline it is about, if it is about one of several. */
  pipelineId?: number;
}

/** Finds the rows of refused values. Paths refer to channels by their position in the request. */
export function toFieldProblems(
  fields: FieldError[],
  sent: Pick<SaveSettings, 'channels'>,
): FieldProblem[] {
  return fields.map(({ path, code }) => {
    const [first, second, third, fourth] = path.split('.');
    if (first === 'channels' && second !== undefined) {
      const field = third === 'name' ? 'name' : third === 'pipeline_ids' ? 'pipelines' : 'value';
      const channel = sent.channels[Number(second)];
      const pipelineId = channel?.pipeline_ids[Number(fourth)];
      return { channelId: channel?.id, field, code, ...(pipelineId && { pipelineId }) };
    }
    if (first === 'preferences' && (second === 'language' || second === 'country'))
      return { channelId: undefined, field: second, code };
    const field = first === 'default_channel_id' ? 'default' : 'value';
    return { channelId: undefined, field, code };
  });
}

/** The text for a problem found on the screen. */
export function problemText({ t }: Texts, problem: Problem): string {
  return t(`problems.${problem.code}`, { max: MAX_NAME_LENGTH });
}

/** The text for a value the backend refused. Codes that the screen also uses get the same text. */
export function fieldProblemText(
  { t }: Texts,
  problem: FieldProblem,
  pipelines: Pipeline[] = [],
): string {
  const known: Partial<Record<string, TextKey>> =
    problem.field === 'name'
      ? { required: 'problems.name_required', too_long: 'problems.name_too_long' }
      : problem.field === 'pipelines'
        ? {
            required: 'problems.pipeline_required',
            archived_pipeline: 'problems.pipeline_archived',
            unknown_pipeline: 'problems.pipeline_deleted',
            pipeline_taken: 'problems.pipeline_taken',
          }
        : {};
  const pipeline = pipelines.find(({ id }) => id === problem.pipelineId)?.name ?? '';
  const key = known[problem.code] ?? (`problems.refused_${problem.field}` as const);
  return t(key, { max: MAX_NAME_LENGTH, pipeline });
}
