import { type ReactNode, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { useNow } from '../ui/useNow.ts';
import { useApp, useTexts } from '../use-app.tsx';
import type { Refreshed } from './live-watch.ts';
import { checkedAt } from './settings-state.ts';
import { useSettings } from './useSettings.ts';

/** How often the words for the time are looked at again. */
const TICK_MS = 5_000;

const MINUTE_MS = 60_000;

/** Since when the statuses are known to be so, and a button to have the services asked again. */
export function LiveStatus(): ReactNode {
  const { t, ago } = useTexts();
  const app = useApp();
  const { state, settings } = useSettings();
  const now = useNow(TICK_MS);
  const [isBusy, setIsBusy] = useState(false);
  /** The last refresh, with what was known when it ended. */
  const [last, setLast] = useState<{ result: Refreshed; since: number | undefined }>();
  const since = checkedAt(state);
  if (since === undefined) return null;

  async function refresh(): Promise<void> {
    setIsBusy(true);
    const result = await settings.refresh();
    setIsBusy(false);
    setLast({ result, since: checkedAt(settings.get()) });
    app.announce(t(`live.${result}`));
  }

  const isLate = last?.result === 'late' && last.since === since;
  const trouble =
    state.live === 'failed' ? t('live.failed') : state.live === 'broken' ? t('live.broken') : '';
  return (
    <div className={`kcc-live ${state.live === 'live' ? 'kcc-live--on' : ''}`.trim()}>
      <span className="kcc-live__dot" aria-hidden="true" />
      <span>
        {now - since < MINUTE_MS
          ? t('live.now')
          : t('live.checked', { ago: ago(new Date(since).toISOString()) })}
      </span>
      {trouble && <span>{trouble}</span>}
      {isLate && !trouble && <span>{t('live.late')}</span>}
      <Button
        kind="quiet"
        isBusy={isBusy}
        aria-label={t('live.refresh_label')}
        onClick={() => void refresh()}
      >
        {t('live.refresh')}
      </Button>
    </div>
  );
}
