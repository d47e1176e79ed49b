import { type ReactNode, useId, useRef, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { ChannelList } from './ChannelList.tsx';
import { LiveStatus } from './LiveStatus.tsx';
import { useSettings } from './useSettings.ts';

/** The channels, their limit, and a button to add another. */
export function ChannelSection(): ReactNode {
  const { t, number } = useTexts();
  const app = useApp();
  const { saved, isEditable } = useSettings();
  const [isSelecting, setIsSelecting] = useState(false);
  const reasonId = useId();
  const add = useRef<HTMLButtonElement>(null);
  const { used, max } = saved.limits.channels;
  const isFull = used >= max;
  const hasSeveral = saved.channels.length > 1;

  if (saved.channels.length === 0)
    return (
      <div className="kcc-empty">
        <p className="kcc-empty__title">
          {t(saved.install.is_reinstall ? 'channels.empty_again' : 'channels.empty')}
        </p>
        <p>{t(saved.install.is_reinstall ? 'channels.empty_again_text' : 'channels.empty_text')}</p>
        {isEditable && (
          <Button ref={add} kind="primary" onClick={() => app.show({ name: 'services' })}>
            {t('channels.empty_add')}
          </Button>
        )}
      </div>
    );

  return (
    <>
      <div className="kcc-toolbar">
        <p className="kcc-counter">
          {t('channels.count', { used: number(used), max: number(max) })}
        </p>
        {isEditable && (
          <>
            {hasSeveral && (
              <Button aria-pressed={isSelecting} onClick={() => setIsSelecting(!isSelecting)}>
                {t('channels.select')}
              </Button>
            )}
            <Button
              ref={add}
              isUnavailable={isFull}
              aria-describedby={isFull ? reasonId : undefined}
              onClick={() => app.show({ name: 'services' })}
            >
              {t('channels.add')}
            </Button>
          </>
        )}
      </div>
      <LiveStatus />
      {isFull && (
        <p className="kcc-muted" id={reasonId}>
          {t('channels.limit', { max: number(max) })}
        </p>
      )}
      <ChannelList
        isSelecting={isSelecting && isEditable && hasSeveral}
        onLastDeleted={() => add.current?.focus()}
      />
      {isEditable && <p className="kcc-muted kcc-acts">{t('channels.acts_at_once')}</p>}
    </>
  );
}
