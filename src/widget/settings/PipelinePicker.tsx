import { type ReactNode, useId, useRef, useState } from 'react';
import type { Pipeline } from '../../contract/api.ts';
import { Choice } from '../ui/Choice.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useEscape } from '../ui/useEscape.ts';
import { useTexts } from '../use-app.tsx';
import { type DraftChannel, findProblems } from './draft.ts';
import { fieldProblemText, problemText } from './problems.ts';
import { useSettings } from './useSettings.ts';

/**
 * The pipelines of a channel: a line that names them and opens a list of checkboxes. Not a select, because
 * there can be several, and because moving through checkboxes does not choose anything.
 */
export function PipelinePicker({ row }: { row: DraftChannel }): ReactNode {
  const texts = useTexts();
  const { t, list } = texts;
  const { state, saved, isEditable, settings } = useSettings();
  const { channel, name, pipelineIds } = row;
  const [isOpen, setIsOpen] = useState(isEditable && pipelineIds.length === 0);
  const opener = useRef<HTMLButtonElement>(null);
  const escapeKey = useEscape(isOpen, () => {
    setIsOpen(false);
    opener.current?.focus();
  });
  const panelId = useId();
  const errorId = useId();
  const isFixed =
    saved.changeable['channels.pipeline_ids'] === 'reinstall' && saved.status === 'active';

  const find = (id: number): Pipeline =>
    saved.pipelines.find((pipeline) => pipeline.id === id) ?? {
      id,
      name: t('pipelines.deleted'),
      is_main: false,
      is_archived: false,
    };
  const chosen = pipelineIds.map(find);
  const known = saved.pipelines.filter(({ is_archived }) => !is_archived);
  // An unchecked one stays in the list until the save, because keyboard users have the focus on it.
  const gone = [...new Set([...channel.pipeline_ids, ...pipelineIds])]
    .filter((id) => !known.some((pipeline) => pipeline.id === id))
    .map(find);
  const nameOf = (pipeline: Pipeline) =>
    pipeline.is_archived ? t('pipelines.archived', { name: pipeline.name }) : pipeline.name;

  const isOfThis = (problem: { channelId?: string; field: string }) =>
    problem.channelId === channel.id && problem.field === 'pipelines';
  const own = findProblems(saved, state.edits).find(isOfThis);
  const refused = state.fieldProblems.filter(isOfThis);
  const errors = own
    ? [problemText(texts, own)]
    : refused.map((problem) => fieldProblemText(texts, problem, saved.pipelines));
  const error = [...new Set(errors)].join(' ');
  const isFaulty = (pipeline: Pipeline) =>
    pipelineIds.includes(pipeline.id) &&
    (gone.includes(pipeline) || refused.some(({ pipelineId }) => pipelineId === pipeline.id));
  const summary = chosen.length > 0 ? list(chosen.map(nameOf)) : t('pipelines.choose');

  function toggle(id: number, isChosen: boolean): void {
    const others = pipelineIds.filter((chosenId) => chosenId !== id);
    settings.choosePipelines(channel.id, isChosen ? [...others, id] : others);
  }

  if (!isEditable || isFixed)
    return (
      <p className="kcc-pipelines">
        <span className="kcc-label">{t('pipelines.label')}</span> {summary}
        {isFixed && <span className="kcc-muted"> {t('save.reinstall')}</span>}
      </p>
    );

  return (
    <div className="kcc-pipelines" {...escapeKey}>
      <button
        ref={opener}
        type="button"
        className="kcc-disclosure"
        aria-expanded={isOpen}
        aria-controls={panelId}
        aria-describedby={error ? errorId : undefined}
        onClick={() => setIsOpen(!isOpen)}
      >
        <span className="kcc-label">{t('pipelines.label')}</span>
        <span className="kcc-hidden">{name}: </span>
        <span className="kcc-disclosure__value">{summary}</span>
        <Icon name="down" />
      </button>
      {error && (
        <p className="kcc-field__error" id={errorId}>
          {error}
        </p>
      )}
      <fieldset className="kcc-pipelines__panel" id={panelId} hidden={!isOpen}>
        <legend className="kcc-label">{t('pipelines.legend', { name })}</legend>
        {known.length === 0 && <p>{t('pipelines.none')}</p>}
        {[...known, ...gone].map((pipeline) => (
          <Choice
            key={pipeline.id}
            type="checkbox"
            checked={pipelineIds.includes(pipeline.id)}
            aria-invalid={isFaulty(pipeline) || undefined}
            onChoose={(isChosen) => toggle(pipeline.id, isChosen)}
          >
            {nameOf(pipeline)}
          </Choice>
        ))}
        <p className="kcc-field__hint">{t('pipelines.hint')}</p>
      </fieldset>
    </div>
  );
}
