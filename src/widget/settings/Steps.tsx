import type { ReactNode } from 'react';
import { useTexts } from '../use-app.tsx';
import { findProblems } from './draft.ts';
import { canSave } from './settings-state.ts';
import { useSettings } from './useSettings.ts';

/** More channels than this are counted, not named. */
const NAMED = 2;

/** The two setup steps: where the admin is and what is left to do. */
export function Steps(): ReactNode {
  const { t } = useTexts();
  const { saved } = useSettings();
  const isFirst = saved.status === 'new';
  return (
    <div className="kcc-steps">
      <ol className="kcc-steps__list" aria-label={t('steps.title')}>
        <li
          className={`kcc-step kcc-step--${isFirst ? 'current' : 'done'}`}
          aria-current={isFirst ? 'step' : undefined}
        >
          <span className="kcc-step__state">{t(isFirst ? 'steps.current' : 'steps.done')}</span>
          <strong>{t('steps.first')}</strong>
          <span className="kcc-muted">{t('steps.first_text')}</span>
        </li>
        <li
          className={`kcc-step kcc-step--${isFirst ? 'next' : 'current'}`}
          aria-current={isFirst ? undefined : 'step'}
        >
          <span className="kcc-step__state">{t(isFirst ? 'steps.next' : 'steps.current')}</span>
          <strong>{t('steps.second')}</strong>
          <span className="kcc-muted">
            {t(isFirst ? 'steps.second_later' : 'steps.second_text')}
          </span>
        </li>
      </ol>
      <WhatIsLeft />
    </div>
  );
}

function WhatIsLeft(): ReactNode {
  const { t, list } = useTexts();
  const { state, saved, draft, isEditable } = useSettings();
  if (!isEditable) return null;
  const lacking = new Set(
    findProblems(saved, state.edits)
      .filter(({ field }) => field === 'pipelines')
      .map(({ channelId }) => channelId),
  );
  const names = draft.channels
    .filter(({ channel }) => lacking.has(channel.id))
    .map(({ name, channel }) => name.trim() || channel.account.name);

  let text = t('steps.left_nothing');
  if (state.conflict) text = t('steps.left_decide');
  else if (saved.channels.length === 0) text = t('steps.left_connect');
  else if (names.length > NAMED) text = t('steps.left_pipelines', { count: names.length });
  else if (names.length > 0) text = t('steps.left_pipeline', { channels: list(names) });
  else if (canSave(state, true)) text = t('steps.left_save');
  else if (saved.sync.state === 'failed') text = t('steps.left_sync');
  return (
    <p className="kcc-steps__left" role="status">
      {text}
    </p>
  );
}
