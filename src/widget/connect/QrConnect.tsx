import type { ReactNode } from 'react';
import { FailureBanner } from '../settings/FailureBanner.tsx';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { useTexts } from '../use-app.tsx';
import { PairingCode } from './PairingCode.tsx';
import { QrCode } from './QrCode.tsx';
import { useConnection } from './useConnection.ts';

/** Linking a phone: first what to know about it, then the code with its steps, then the wait. */
export function QrConnect(): ReactNode {
  const { t } = useTexts();
  const { state, phase, service, target, connection } = useConnection();
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
      <div className="kcc-qr">
        <QrCode />
        <div className="kcc-qr__side">
          {phase === 'linking' ? (
            <>
              <h3 className="kcc-heading">{t('qr.linking')}</h3>
              <p>{t('qr.linking_text')}</p>
            </>
          ) : phase === 'expired' ? (
            <>
              <h3 className="kcc-heading">{t('qr.expired')}</h3>
              <p>{t('qr.expired_text')}</p>
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
