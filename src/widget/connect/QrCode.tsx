import { type ReactNode, useEffect, useState } from 'react';
import type { Attempt } from '../../contract/api.ts';
import { useNow } from '../ui/useNow.ts';
import { useTexts } from '../use-app.tsx';
import { secondsLeft } from './attempt.ts';
import { useConnection } from './useConnection.ts';

/** When people who cannot see the countdown are told that the code will change. */
const WARN_AT_SECONDS = 10;

/** The code in a square that never changes its size, whatever it shows, and what happens to it. */
export function QrCode(): ReactNode {
  const { t } = useTexts();
  const { attempt, phase, service } = useConnection();
  const [latest, setLatest] = useState<Attempt['qr']>();
  const qr = attempt?.qr ?? latest;

  useEffect(() => {
    // A code that is no longer valid stays in sight, dimmed.
    if (attempt?.qr) setLatest(attempt.qr);
  }, [attempt?.qr]);

  const isValid = phase === 'waiting' && attempt?.qr !== undefined;
  return (
    <div className="kcc-qr__code">
      <div className={`kcc-qr__square ${isValid ? '' : 'kcc-qr__square--dimmed'}`.trim()}>
        {qr ? (
          <img
            src={qr.image}
            alt={isValid ? t('qr.alt', { service: service.title }) : ''}
            width={264}
            height={264}
          />
        ) : (
          <span className="kcc-spinner" aria-hidden="true" />
        )}
      </div>
      {isValid ? <Countdown qr={attempt.qr} /> : <p className="kcc-muted kcc-qr__count"> </p>}
      <p className="kcc-hidden" role="status">
        <StateText />
      </p>
    </div>
  );
}

function Countdown({ qr }: { qr: Attempt['qr'] }): ReactNode {
  const { t } = useTexts();
  const { state } = useConnection();
  const now = useNow();
  if (!qr) return null;
  const seconds = secondsLeft(qr.expires_at, now, state.offsetMs);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <p className="kcc-muted kcc-qr__count" aria-hidden="true">
      {t('qr.new_in', { time })}
      {' · '}
      {t('qr.count', { number: qr.refreshed + 1, total: qr.refreshes + 1 })}
    </p>
  );
}

/** What is said aloud: changes of the state, and one warning per code; never the seconds. */
function StateText(): ReactNode {
  const { t } = useTexts();
  const { attempt, phase, state } = useConnection();
  const now = useNow();
  if (phase === 'linking') return t('qr.linking');
  if (phase === 'expired') return t('qr.expired');
  if (!attempt?.qr) return t('qr.preparing');
  if (secondsLeft(attempt.qr.expires_at, now, state.offsetMs) <= WARN_AT_SECONDS)
    return t('qr.ending');
  return attempt.qr.refreshed > 0 ? t('qr.refreshed') : '';
}
