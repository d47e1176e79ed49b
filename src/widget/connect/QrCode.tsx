import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { Attempt } from '../../contract/api.ts';
import { useNow } from '../ui/useNow.ts';
import { useTexts } from '../use-app.tsx';
import { secondsLeft } from './attempt.ts';
import { wholeFactorSize } from './qr-size.ts';
import { useConnection } from './useConnection.ts';

/** When screen readers announce that the code is about to change. */
const WARN_AT_SECONDS = 10;

/** The inside of the square where there is room enough, in CSS pixels. */
const ROOM = 294;

interface QrCodeProps {
  /** The newest code, which may be over. */
  last: Attempt['qr'];
  /** What is said once there will be no other. */
  ended: string;
}

/** The QR code in a square of constant size, with its countdown. */
export function QrCode({ last, ended }: QrCodeProps): ReactNode {
  const { t } = useTexts();
  const { attempt, phase, service, state } = useConnection();
  const now = useNow();
  const qr = phase === 'waiting' ? attempt?.qr : undefined;
  // An expired code links no phone, even if the next one has not arrived yet.
  const seconds = qr ? secondsLeft(qr.expires_at, now, state.offsetMs) : 0;
  const isValid = seconds > 0;
  const square = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  // Narrow windows have less room than the square asks for.
  useLayoutEffect(() => setRoom(square.current?.clientWidth ?? 0), []);
  const size = last && wholeFactorSize(last.image, room || ROOM);
  return (
    <div className="kcc-qr__code">
      <div
        ref={square}
        className={`kcc-qr__square ${isValid ? '' : 'kcc-qr__square--dimmed'}`.trim()}
      >
        {last ? (
          <img
            src={last.image}
            alt={isValid ? t('qr.alt', { service: service.title }) : ''}
            // Not as attributes: the widget's reset takes those for styles of the page.
            style={{ inlineSize: size, blockSize: size }}
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
        <StateText seconds={seconds} ended={ended} />
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
function StateText({
  seconds,
  ended,
}: Pick<CountdownProps, 'seconds'> & Pick<QrCodeProps, 'ended'>): ReactNode {
  const { t } = useTexts();
  const { attempt, phase } = useConnection();
  if (phase === 'linking') return t('qr.linking');
  if (phase === 'expired') return ended;
  if (!attempt?.qr || seconds === 0) return t('qr.preparing');
  if (seconds <= WARN_AT_SECONDS) return t('qr.ending');
  return attempt.qr.refreshed > 0 ? t('qr.refreshed') : '';
}
