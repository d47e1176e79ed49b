import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { StatusChange } from '../../contract/api.ts';
import { type ApiError, asApiError } from '../api-error.ts';
import type { DialogProps } from '../app.ts';
import { Button } from '../ui/Button.tsx';
import { ChannelStatusBadge } from '../ui/ChannelStatusBadge.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { useApp, useTexts } from '../use-app.tsx';

/** The backend keeps no more of a channel. */
const MOST_KEPT = 20;

/** A channel's last changes of status, the newest first: what it became, when, and why. */
export function HistoryDialog({ channel, onClose }: DialogProps): ReactNode {
  const { t } = useTexts();
  const { api } = useApp();
  const [changes, setChanges] = useState<StatusChange[]>();
  const [error, setError] = useState<ApiError>();
  const list = useRef<HTMLDivElement>(null);

  const load = useCallback(async () => {
    setError(undefined);
    try {
      const { _embedded } = await api.loadHistory(channel.id);
      setChanges(_embedded.history);
    } catch (caught) {
      setError(asApiError(caught));
    }
  }, [api, channel.id]);

  useEffect(() => void load(), [load]);
  useEffect(() => {
    // With the failure, the pressed button is gone. Outside the dialog, Kommo would hear Escape and close its modal.
    if (changes && document.activeElement === document.body) list.current?.focus();
  }, [changes]);

  return (
    <Dialog title={t('history.title', { name: channel.name })} onClose={onClose}>
      <div className="kcc-actions">
        <Button data-first-focus onClick={onClose}>
          {t('history.close')}
        </Button>
      </div>
      {error && (
        <FailureBanner
          title={t('history.load_failed')}
          error={error}
          takesFocus
          onRetry={() => void load()}
        />
      )}
      {!error && !changes && <Skeleton label={t('app.loading_part')} />}
      <div ref={list} tabIndex={-1} role="status">
        {changes?.length === 0 && <p className="kcc-field__hint">{t('history.none')}</p>}
        {changes?.length === MOST_KEPT && (
          <p className="kcc-muted">{t('history.newest', { count: MOST_KEPT })}</p>
        )}
      </div>
      {changes && changes.length > 0 && (
        <ol className="kcc-list">
          {changes.map((change) => (
            <Change key={`${change.at} ${change.status} ${change.status_reason}`} change={change} />
          ))}
        </ol>
      )}
    </Dialog>
  );
}

function Change({ change }: { change: StatusChange }): ReactNode {
  const { t, dateTime } = useTexts();
  const { at, status, status_reason: reason } = change;
  return (
    <li className="kcc-change">
      <ChannelStatusBadge status={status} />
      <time className="kcc-muted" dateTime={at}>
        {dateTime(at)}
      </time>
      {reason && <p className="kcc-change__reason">{t(`history.reason.${reason}`)}</p>}
    </li>
  );
}
