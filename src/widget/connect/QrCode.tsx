import type { ReactNode } from 'react';
import type { Attempt } from '../../contract/api.ts';
import { useNow } from '../ui/useNow.ts';
import { useTexts } from '../use-app.tsx';
import { secondsLeft } from './attempt.ts';
import { useConnection } from './useConnection.ts';

/** When screen readers announce that the code is about to change. */
const WARN_AT_SECONDS = 10;

/** The QR code in a square of constant size, with its countdown. */
export function QrCode({ last }: { last: Attempt['qr'] }): ReactNode {
  const { t } = useTexts();
  const { attempt, phase, service, state } = useConnection();
  const now = useNow();
  const qr = phase === 'waiting' ? attempt?.qr : undefined;
  // An expired code links no phone, even if the next one has not arrived yet.
  const seconds = qr ? secondsLeft(qr.expires_at, now, state.offsetMs) : 0;
  const isValid = seconds > 0;
  return (
    <div className="kcc-qr__code">
      <div className={`kcc-qr__square ${isValid ? '' : 'kcc-qr__square--dimmed'}`.trim()}>
        {last ? (
          <img
            src={last.image}
            alt={isValid ? t('qr.alt', { service: service.title }) : ''}
            width={264}
            height={264}
          />
        ) : (
          <span className="kcc-spinner" aria-hidden="true" />
        )}
      </div>
      {qr && isValid ? (
        <Countdown qr={qr} seconds={seconds} />
      ) : (
        <p className="kcc-muted kcc-qr__count"> </p>
      )}
      <p className="kcc-hidden" role="status">
        <StateText seconds={seconds} />
      </p>
    </div>
  );
}

interface CountdownProps {
  qr: NonNullable<Attempt['qr']>;
  seconds: number;
}

function Countdown({ qr, seconds }: CountdownProps): ReactNode {
  const { t } = useTexts();
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <p className="kcc-muted kcc-qr__count" aria-hidden="true">
      {t('qr.new_in', { time })}
      {' · '}
      {t('qr.count', { number: qr.refreshed + 1, total: qr.refreshes + 1 })}
    </p>
  );
}

/** What screen readers announce: state changes and one warning per code, never the seconds. */
function StateText({ seconds }: Pick<CountdownProps, 'seconds'>): ReactNode {
  const { t } = useTexts();
  const { attempt, phase } = useConnection();
  if (phase === 'linking') return t('qr.linking');
  if (phase === 'expired') return t('qr.expired');
  if (!attempt?.qr || seconds === 0) return t('qr.preparing');
  if (seconds <= WARN_AT_SECONDS) return t('qr.ending');
  return attempt.qr.refreshed > 0 ? t('qr.refreshed') : '';
}
