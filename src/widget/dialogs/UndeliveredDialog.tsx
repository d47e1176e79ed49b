import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Undelivered } from '../../contract/api.ts';
import type { DialogProps } from '../app.ts';
import { useSettings } from '../settings/useSettings.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { useTexts } from '../use-app.tsx';
import { useUndelivered } from './useUndelivered.ts';

/** The backend lists no more than this. */
const MAX_LISTED = 100;

/** The messages of a channel that did not get through: why, and what can be done. */
export function UndeliveredDialog({ channel, onClose }: DialogProps): ReactNode {
  const { t } = useTexts();
  const { saved, isEditable } = useSettings();
  const { items, loadError, busy, failure, result, ...actions } = useUndelivered(channel.id);
  const [isAsking, setIsAsking] = useState(false);
  const forget = useRef<HTMLButtonElement>(null);
  const outcome = useRef<HTMLParagraphElement>(null);
  const count = saved.channels.find(({ id }) => id === channel.id)?.messages.undelivered ?? 0;

  useEffect(() => {
    // With its message the pressed button is gone. Outside the dialog, Kommo would hear Escape and close its modal.
    if (document.activeElement === document.body) outcome.current?.focus();
  }, [items, result, loadError]);

  function stopAsking(): void {
    setIsAsking(false);
    queueMicrotask(() => forget.current?.focus());
  }

  return (
    <Dialog title={t('undelivered.title', { name: channel.name })} onClose={onClose}>
      <p ref={outcome} role="status" tabIndex={-1}>
        {result}
      </p>
      {failure && (
        <FailureBanner
          title={t(`undelivered.${failure.action}_failed`)}
          error={failure.error}
          takesFocus
        />
      )}
      {isAsking ? (
        <Question
          onKeep={stopAsking}
          onForget={() => {
            stopAsking();
            void actions.forget();
          }}
        />
      ) : (
        <div className="kcc-actions">
          {isEditable && items?.some((item) => item.can_retry) && (
            <Button isBusy={busy === 'all'} onClick={() => void actions.retry()}>
              {t('undelivered.retry_all')}
            </Button>
          )}
          {isEditable && items && items.length > 0 && (
            <Button ref={forget} isBusy={busy === 'forget'} onClick={() => setIsAsking(true)}>
              {t('undelivered.forget_all')}
            </Button>
          )}
          <Button data-first-focus onClick={onClose}>
            {t('undelivered.close')}
          </Button>
        </div>
      )}
      {loadError && !items ? (
        <FailureBanner
          title={t('undelivered.load_failed')}
          error={loadError}
          onRetry={() => void actions.load()}
        />
      ) : (
        !items && <Skeleton label={t('app.loading_part')} />
      )}
      {items?.length === 0 && <p className="kcc-field__hint">{t('undelivered.none')}</p>}
      {items?.length === MAX_LISTED && count > MAX_LISTED && (
        <p className="kcc-muted">{t('undelivered.newest', { count: MAX_LISTED })}</p>
      )}
      <ul className="kcc-list">
        {items?.map((item) => (
          <Item
            key={item.id}
            item={item}
            isBusy={busy === item.id}
            onRetry={isEditable && item.can_retry ? () => void actions.retry(item.id) : undefined}
          />
        ))}
      </ul>
    </Dialog>
  );
}

function Item({
  item: { person, direction, kind, at, reason },
  isBusy,
  onRetry,
}: {
  item: Undelivered;
  isBusy: boolean;
  onRetry: (() => void) | undefined;
}): ReactNode {
  const { t, dateTime } = useTexts();
  const name = person.name || t('undelivered.unnamed');
  const time = dateTime(at);
  return (
    <li className="kcc-undelivered" aria-label={`${name}, ${time}`}>
      <strong>{name}</strong>
      <p className="kcc-muted">
        {[t(`undelivered.${direction}`), t(`undelivered.kind.${kind}`), time].join(' · ')}
      </p>
      <p>{t(`undelivered.reason.${reason}`)}</p>
      {onRetry && (
        <Button
          kind="quiet"
          aria-label={t('undelivered.retry_of', { name, time })}
          isBusy={isBusy}
          onClick={onRetry}
        >
          {t('app.retry')}
        </Button>
      )}
    </li>
  );
}

/** Asks once before the messages are gone; the safe answer has the focus. */
function Question({ onKeep, onForget }: { onKeep: () => void; onForget: () => void }): ReactNode {
  const { t } = useTexts();
  const safe = useRef<HTMLButtonElement>(null);
  useEffect(() => safe.current?.focus(), []);
  return (
    <Banner
      tone="warning"
      title={t('undelivered.forget_title')}
      actions={
        <>
          <Button ref={safe} onClick={onKeep}>
            {t('undelivered.keep')}
          </Button>
          <Button kind="danger" onClick={onForget}>
            {t('undelivered.forget')}
          </Button>
        </>
      }
    >
      {t('undelivered.forget_text')}
    </Banner>
  );
}
