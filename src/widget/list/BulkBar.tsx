import { type ReactNode, useRef, useState } from 'react';
import type { DraftChannel } from '../settings/draft.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Button } from '../ui/Button.tsx';
import { Choice } from '../ui/Choice.tsx';
import { useEscape } from '../ui/useEscape.ts';
import { useApp, useTexts } from '../use-app.tsx';
import { PipelineChoices } from './PipelineChoices.tsx';

interface BulkBarProps {
  selected: DraftChannel[];
  shown: DraftChannel[];
  onSelect: (ids: string[]) => void;
  onDelete: () => void;
}

/** What can be done with several channels at once, and how many are selected. */
export function BulkBar({ selected, shown, onSelect, onDelete }: BulkBarProps): ReactNode {
  const { t } = useTexts();
  const app = useApp();
  const { saved, settings } = useSettings();
  const [pipelines, setPipelines] = useState<number[]>();
  const opener = useRef<HTMLButtonElement>(null);
  const count = selected.length;
  const isFixed =
    saved.changeable['channels.pipeline_ids'] === 'reinstall' && saved.status === 'active';

  function close(): void {
    opener.current?.focus();
    setPipelines(undefined);
  }
  const escapeKey = useEscape(pipelines !== undefined, close);

  /** Begins with what all of them have in common. */
  function open(): void {
    const [first, ...others] = selected;
    const common = first?.pipelineIds.filter((id) =>
      others.every(({ pipelineIds }) => pipelineIds.includes(id)),
    );
    setPipelines(common ?? []);
  }

  function apply(): void {
    if (!pipelines || pipelines.length === 0) return;
    for (const { channel } of selected) settings.choosePipelines(channel.id, pipelines);
    app.announce(t('bulk.pipelines_set', { count }));
    close();
  }

  return (
    <fieldset className="kcc-bulk" aria-label={t('bulk.title')} {...escapeKey}>
      <Choice
        type="checkbox"
        checked={count > 0 && count === shown.length}
        onChoose={(isChosen) => onSelect(isChosen ? shown.map(({ channel }) => channel.id) : [])}
      >
        {t('bulk.all')}
      </Choice>
      <p className="kcc-bulk__count" role="status">
        {t('bulk.selected', { count })}
      </p>
      {!isFixed && (
        <Button
          ref={opener}
          aria-expanded={pipelines !== undefined}
          isUnavailable={count === 0}
          onClick={() => (pipelines ? close() : open())}
        >
          {t('bulk.pipelines')}
        </Button>
      )}
      <Button kind="alert" isUnavailable={count === 0} onClick={onDelete}>
        {t('bulk.delete')}
      </Button>
      {pipelines && (
        <div className="kcc-bulk__pipelines">
          <PipelineChoices
            legend={t('bulk.pipelines_of', { count })}
            chosen={pipelines}
            onChange={setPipelines}
          >
            <div className="kcc-actions">
              <Button
                kind="primary"
                isUnavailable={pipelines.length === 0 || count === 0}
                onClick={apply}
              >
                {t('bulk.apply')}
              </Button>
              <Button onClick={close}>{t('bulk.cancel')}</Button>
            </div>
          </PipelineChoices>
        </div>
      )}
    </fieldset>
  );
}
