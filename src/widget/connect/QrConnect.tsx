import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Attempt } from '../../contract/api.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { HelpLink } from '../ui/HelpLink.tsx';
import { Reference } from '../ui/Reference.tsx';
import { useLostFocus } from '../ui/useLostFocus.ts';
import { useNow } from '../ui/useNow.ts';
import { useTexts } from '../use-app.tsx';
import { phaseOf, troubleOf } from './attempt.ts';
import { PairingCode } from './PairingCode.tsx';
import type { PanelProps } from './panel-props.ts';
import { QrCode } from './QrCode.tsx';
import { useConnection } from './useConnection.ts';

/** A service that has not sent a code by then will not send one. */
const LATE_MS = 30_000;

/** Linking a phone: first a notice, then the code with its steps, then the wait. */
export function QrConnect({ onCancel }: PanelProps): ReactNode {
  const { t } = useTexts();
  const { state, attempt, phase, service, target, connection } = useConnection();
  const code = useLastCode(attempt);
  const wasLinking = useWasLinking(attempt);
  const isLate = useIsLate(attempt?.id) && !code && ['starting', 'waiting'].includes(phase);
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that was pressed, the form of the phone number and the code all give way to what comes next.
  useLostFocus(heading, [state.isStarting, attempt?.id, phase, isLate, troubleOf(attempt)].join());
  const ended = wasLinking ? 'qr.not_linked' : code ? 'qr.expired' : 'qr.late';
  const start = () => void connection.start();

  if (phase === 'idle' && !state.isStarting)
    return (
      <>
        <Banner tone="warning" title={t('qr.notice_title')}>
          {service.notice ?? t('qr.notice')}
        </Banner>
        {state.error && <FailureBanner title={t('result.failed')} error={state.error} takesFocus />}
        <div className="kcc-actions">
          <Button kind="primary" isBusy={state.isStarting} onClick={start}>
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
      <Trouble isLate={isLate} />
      <div className="kcc-qr">
        <QrCode last={code} ended={t(ended)} />
        <div className="kcc-qr__side">
          {phase === 'linking' ? (
            <>
              <h3 ref={heading} className="kcc-heading" tabIndex={-1}>
                {t('qr.linking')}
              </h3>
              <p>{t('qr.linking_text')}</p>
              <Button onClick={onCancel}>{t('app.cancel')}</Button>
            </>
          ) : phase === 'expired' ? (
            <>
              <h3 ref={heading} className="kcc-heading" tabIndex={-1}>
                {t(ended)}
              </h3>
              <p>{t(`${ended}_text`)}</p>
              {!code && <Reference value={attempt?.id} />}
              <div className="kcc-actions">
                <Button kind="primary" onClick={start}>
                  {t('qr.new_code')}
                </Button>
                <HelpLink anchor="timed_out" />
              </div>
            </>
          ) : (
            <>
              <h3 ref={heading} className="kcc-heading" tabIndex={-1}>
                {t('qr.title')}
              </h3>
              <ol className="kcc-qr__steps">
                {steps.map((step) => (
                  <li key={step}>{step}</li>
                ))}
              </ol>
              <Button onClick={onCancel}>{t('app.cancel')}</Button>
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

/** True when the service said that a phone was being linked: what follows is no missed scan. */
function useWasLinking(attempt: Attempt | undefined): boolean {
  const [linking, setLinking] = useState<string>();
  const { id } = attempt ?? {};
  const isLinking = phaseOf(attempt) === 'linking';
  useEffect(() => {
    if (isLinking) setLinking(id);
  }, [isLinking, id]);
  return linking !== undefined && linking === id;
}

/** What is currently keeping the phone from being linked. */
function Trouble({ isLate }: { isLate: boolean }): ReactNode {
  const { t } = useTexts();
  const { attempt, connection } = useConnection();
  const trouble = troubleOf(attempt);
  if (!trouble && !isLate) return null;
  return (
    <Banner
      tone="warning"
      title={t(trouble ? 'qr.trouble' : 'qr.late')}
      actions={
        <>
          {isLate && <Button onClick={() => void connection.start()}>{t('qr.new_code')}</Button>}
          <HelpLink anchor={trouble ?? 'service_unreachable'} />
        </>
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
