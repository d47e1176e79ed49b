import { type ReactNode, useId, useRef } from 'react';
import { Button } from '../ui/Button.tsx';
import { useApp, useTexts } from '../use-app.tsx';
import { ChannelList } from './ChannelList.tsx';
import { useSettings } from './useSettings.ts';

/** The channels, their limit, and a button to add another. */
export function ChannelSection(): ReactNode {
  const { t, number } = useTexts();
  const app = useApp();
  const { saved, isEditable } = useSettings();
  const reasonId = useId();
  const add = useRef<HTMLButtonElement>(null);
  const { used, max } = saved.limits.channels;
  const isFull = used >= max;

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

  const count = { used: number(used), max: number(max) };
  return (
    <>
      <div className="kcc-toolbar">
        <p className="kcc-counter">
          <span aria-hidden="true">{t('channels.count', count)}</span>
          <span className="kcc-hidden">{t('channels.count_label', count)}</span>
        </p>
        {isEditable && (
          <Button
            ref={add}
            isUnavailable={isFull}
            aria-describedby={isFull ? reasonId : undefined}
            onClick={() => app.show({ name: 'services' })}
          >
            {t('channels.add')}
          </Button>
        )}
      </div>
      {isFull && (
        <p className="kcc-muted" id={reasonId}>
          {t('channels.limit', { max: number(max) })}
        </p>
      )}
      <ChannelList onLastDeleted={() => add.current?.focus()} />
      {isEditable && <p className="kcc-muted">{t('channels.acts_at_once')}</p>}
    </>
  );
}
