import type { ReactNode } from 'react';
import type { Pipeline } from '../../contract/api.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Choice } from '../ui/Choice.tsx';
import { useTexts } from '../use-app.tsx';

interface PipelineChoicesProps {
  legend: string;
  chosen: number[];
  /** Ids that stay in the list even if the pipeline is gone. */
  alsoListed?: number[];
  isFaulty?: (id: number) => boolean;
  errorId?: string | undefined;
  onChange: (chosen: number[]) => void;
  children?: ReactNode;
}

/** Pipelines to choose several of. Not a select: moving through checkboxes does not choose anything. */
export function PipelineChoices(props: PipelineChoicesProps): ReactNode {
  const { legend, chosen, alsoListed = [], isFaulty, errorId, onChange, children } = props;
  const { t } = useTexts();
  const { saved } = useSettings();
  const known = saved.pipelines.filter(({ is_archived }) => !is_archived);
  const gone = [...new Set(alsoListed)]
    .filter((id) => !known.some((pipeline) => pipeline.id === id))
    .map((id) => findPipeline(saved.pipelines, id) ?? deletedPipeline(id, t('pipelines.deleted')));
  return (
    <fieldset className="kcc-pipelines" aria-describedby={errorId}>
      <legend className="kcc-label">{legend}</legend>
      {known.length === 0 && <p>{t('pipelines.none')}</p>}
      <div className="kcc-pipelines__choices">
        {[...known, ...gone].map((pipeline) => (
          <Choice
            key={pipeline.id}
            type="checkbox"
            checked={chosen.includes(pipeline.id)}
            aria-invalid={isFaulty?.(pipeline.id) || undefined}
            onChoose={(isChosen) => {
              const others = chosen.filter((id) => id !== pipeline.id);
              onChange(isChosen ? [...others, pipeline.id] : others);
            }}
          >
            {pipeline.is_archived
              ? t('pipelines.archived', { name: pipeline.name })
              : pipeline.name}
          </Choice>
        ))}
      </div>
      {children}
    </fieldset>
  );
}

function findPipeline(pipelines: Pipeline[], id: number): Pipeline | undefined {
  return pipelines.find((pipeline) => pipeline.id === id);
}

function deletedPipeline(id: number, name: string): Pipeline {
  return { id, name, is_main: false, is_archived: false };
}
