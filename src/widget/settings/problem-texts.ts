import type { Pipeline } from '../../contract/api.ts';
import type { TextKey, Texts } from '../i18n.ts';
import { MAX_NAME_LENGTH, type Problem } from './draft.ts';
import type { FieldProblem } from './field-problems.ts';

/** A sentence for a fault found on the screen. */
export function problemText({ t }: Texts, problem: Problem): string {
  return t(`problems.${problem.code}`, { max: MAX_NAME_LENGTH });
}

/** A sentence for a value the backend refused. Codes it shares with the screen get the same words. */
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
