import { type ReactNode, useEffect, useState } from 'react';
import type { Attempt } from '../../contract/api.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { Reference } from '../ui/Reference.tsx';
import { useNow } from '../ui/useNow.ts';
import { useTexts } from '../use-app.tsx';
import { troubleOf } from './attempt.ts';
import { PairingCode } from './PairingCode.tsx';
import { QrCode } from './QrCode.tsx';
import { useConnection } from './useConnection.ts';

/** A service that has not sent a code by then will not send one. */
const LATE_MS = 30_000;

/** Linking a phone: first a notice, then the code with its steps, then the wait. */
export function QrConnect(): ReactNode {
  const { t } = useTexts();
  const { state, attempt, phase, service, target, connection } = useConnection();
  const code = useLastCode(attempt);
  const start = () => void connection.start();

  if (phase === 'idle' && !state.isStarting)
    return (
      <>
        <Banner tone="warning" title={t('qr.notice_title')}>
          {service.notice ?? t('qr.notice')}
        </Banner>
        {state.error && <FailureBanner title={t('result.failed')} error={state.error} takesFocus />}
        <div className="kcc-actions">
          <Button kind="primary" onClick={start}>
            {t('qr.show')}
          </Button>
        </div>
      </>
    );

  const canPair = target.connector.fields.some((field) => field.type === 'phone');
  const steps = (['first', 'second', 'third'] as const).map(
    (which) => service.step(which) ?? t(`qr.${which}`),
  );
  return (
    <>
      <Trouble hasCode={code !== undefined} />
      <div className="kcc-qr">
        <QrCode last={code} />
        <div className="kcc-qr__side">
          {phase === 'linking' ? (
            <>
              <h3 className="kcc-heading">{t('qr.linking')}</h3>
              <p>{t('qr.linking_text')}</p>
            </>
          ) : phase === 'expired' ? (
            <>
              <h3 className="kcc-heading">{t(code ? 'qr.expired' : 'qr.late')}</h3>
              <p>{t(code ? 'qr.expired_text' : 'qr.late_text')}</p>
              {!code && <Reference value={attempt?.id} />}
              <Button kind="primary" onClick={start}>
                {t('qr.new_code')}
              </Button>
            </>
          ) : (
            <>
              <h3 className="kcc-heading">{t('qr.title')}</h3>
              <ol className="kcc-qr__steps">
                {steps.map((step) => (
                  <li key={step}>{step}</li>
                ))}
              </ol>
            </>
          )}
        </div>
      </div>
      {canPair && phase === 'waiting' && <PairingCode />}
    </>
  );
}

/** The newest code of the attempt. An expired one stays visible, dimmed. */
function useLastCode(attempt: Attempt | undefined): Attempt['qr'] {
  const [last, setLast] = useState<{ of: string; qr: Attempt['qr'] }>();
  const { id, qr } = attempt ?? {};
  useEffect(() => {
    if (id && qr) setLast({ of: id, qr });
  }, [id, qr]);
  return qr ?? (last?.of === id ? last?.qr : undefined);
}

/** What is currently keeping the phone from being linked. */
function Trouble({ hasCode }: { hasCode: boolean }): ReactNode {
  const { t } = useTexts();
  const { attempt, phase, connection } = useConnection();
  const trouble = troubleOf(attempt);
  const isLate = useIsLate(attempt?.id) && !hasCode && ['starting', 'waiting'].includes(phase);
  if (!trouble && !isLate) return null;
  return (
    <Banner
      tone="warning"
      title={t(trouble ? 'qr.trouble' : 'qr.late')}
      actions={
        isLate && <Button onClick={() => void connection.start()}>{t('qr.new_code')}</Button>
      }
    >
      <p>{t(trouble ? `attempt.${trouble}` : 'qr.late_text')}</p>
      <Reference value={attempt?.id} />
    </Banner>
  );
}

/** True when this attempt has been on screen longer than a code should take. */
function useIsLate(attemptId: string | undefined): boolean {
  const now = useNow();
  const [seen, setSeen] = useState<{ id: string | undefined; at: number }>();
  useEffect(() => setSeen({ id: attemptId, at: Date.now() }), [attemptId]);
  return attemptId !== undefined && seen?.id === attemptId && now - seen.at >= LATE_MS;
}
