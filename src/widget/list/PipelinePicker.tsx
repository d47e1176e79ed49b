import { type ReactNode, useId } from 'react';
import { shownName } from '../settings/channel-line.ts';
import { type DraftChannel, findProblems } from '../settings/draft.ts';
import { fieldProblemText, problemText } from '../settings/problems.ts';
import { useSettings } from '../settings/useSettings.ts';
import { useTexts } from '../use-app.tsx';
import { PipelineChoices } from './PipelineChoices.tsx';

/** The pipelines of a channel, to choose from or to read. */
export function PipelinePicker({ row }: { row: DraftChannel }): ReactNode {
  const texts = useTexts();
  const { t, list } = texts;
  const { state, saved, isEditable, settings } = useSettings();
  const { channel, pipelineIds } = row;
  const errorId = useId();
  const isFixed =
    saved.changeable['channels.pipeline_ids'] === 'reinstall' && saved.status === 'active';

  const isOfThis = (problem: { channelId?: string; field: string }) =>
    problem.channelId === channel.id && problem.field === 'pipelines';
  const own = findProblems(saved, state.edits).find(isOfThis);
  const refused = state.fieldProblems.filter(isOfThis);
  const errors = own
    ? [problemText(texts, own)]
    : refused.map((problem) => fieldProblemText(texts, problem, saved.pipelines));
  const error = [...new Set(errors)].join(' ');

  if (!isEditable || isFixed) {
    const names = pipelineIds.map((id) => {
      const pipeline = saved.pipelines.find((known) => known.id === id);
      if (!pipeline) return t('pipelines.deleted');
      return pipeline.is_archived
        ? t('pipelines.archived', { name: pipeline.name })
        : pipeline.name;
    });
    return (
      <p>
        <span className="kcc-label">{t('pipelines.label')}</span>{' '}
        {names.length > 0 ? list(names) : t('pipelines.choose')}
        {isFixed && <span className="kcc-muted"> {t('save.reinstall')}</span>}
      </p>
    );
  }

  function isFaulty(id: number): boolean {
    const pipeline = saved.pipelines.find((known) => known.id === id);
    const isGone = !pipeline || pipeline.is_archived;
    const isRefused = refused.some(({ pipelineId }) => pipelineId === id);
    return pipelineIds.includes(id) && (isGone || isRefused);
  }

  return (
    <PipelineChoices
      legend={t('pipelines.legend', { name: shownName(row) })}
      chosen={pipelineIds}
      // An unchecked one stays in the list until the save, because keyboard users have the focus on it.
      alsoListed={[...channel.pipeline_ids, ...pipelineIds]}
      isFaulty={isFaulty}
      errorId={error ? errorId : undefined}
      onChange={(ids) => settings.choosePipelines(channel.id, ids)}
    >
      {error ? (
        <p className="kcc-field__error" id={errorId}>
          {error}
        </p>
      ) : (
        <p className="kcc-field__hint">{t('pipelines.hint')}</p>
      )}
    </PipelineChoices>
  );
}
