import type { ReactNode } from 'react';
import type { SyncStatus as Sync } from '../../contract/api.ts';
import { Button } from '../ui/Button.tsx';
import { SYNC_ID, sectionId } from '../ui/focus.ts';
import type { IconName } from '../ui/Icon.tsx';
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx';
import { useTexts } from '../use-app.tsx';
import { useSettings } from './useSettings.ts';

const LOOKS: Record<Sync['state'], { tone: Tone; icon: IconName }> = {
  never: { tone: 'neutral', icon: 'info' },
  queued: { tone: 'info', icon: 'wait' },
  running: { tone: 'info', icon: 'wait' },
  done: { tone: 'success', icon: 'check' },
  failed: { tone: 'danger', icon: 'error' },
};

/** One line: whether Kommo's lead sources match the saved settings. */
export function SyncStatus(): ReactNode {
  const { t } = useTexts();
  const { state, saved, isEditable, settings } = useSettings();
  const { sync } = saved;
  const isBusy = sync.state === 'queued' || sync.state === 'running';
  return (
    <section
      className="kcc-section kcc-sync"
      id={sectionId(SYNC_ID)}
      tabIndex={-1}
      aria-labelledby="chat-connector-sync"
    >
      <h3 className="kcc-heading" id="chat-connector-sync">
        {t('sync.title')}
      </h3>
      <div className="kcc-state" role="status">
        <StatusBadge {...LOOKS[sync.state]}>{t(`sync.${sync.state}`)}</StatusBadge>
        <SyncText sync={sync} />
      </div>
      {sync.state === 'failed' && isEditable && (
        <Button isBusy={state.isSaving} onClick={() => void settings.retrySync()}>
          {t('sync.retry')}
        </Button>
      )}
      {isBusy && !state.isWatchingSync && (
        <Button isBusy={state.isLoading} onClick={() => void settings.load()}>
          {t('sync.check')}
        </Button>
      )}
    </section>
  );
}

function SyncText({ sync }: { sync: Sync }): ReactNode {
  const { t, find, dateTime } = useTexts();
  const { state, finished_at: finishedAt, error_code: code } = sync;
  const text = {
    never: t('sync.never_text'),
    queued: t('sync.busy_text'),
    running: t('sync.busy_text'),
    done: finishedAt ? t('sync.done_text', { time: dateTime(finishedAt) }) : '',
    failed: find(`sync.cause.${code}`) ?? find(`errors.${code}`) ?? t('errors.internal'),
  }[state];
  return <p className="kcc-state__text">{text}</p>;
}
