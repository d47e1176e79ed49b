import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { isWebAddress } from '../api-error.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { FailureBanner } from '../ui/FailureBanner.tsx';
import { SignInLink } from '../ui/SignInLink.tsx';
import { useTexts } from '../use-app.tsx';
import type { PanelProps } from './panel-props.ts';
import { useConnection } from './useConnection.ts';
import { useSignInWindow } from './useSignInWindow.ts';

/** Sign-in at the service in its own window. Only the server says how it went, never the window. */
export function OAuthConnect({ wasCancelled, onOpen, onCancel }: PanelProps): ReactNode {
  const { t } = useTexts();
  const { state, attempt, service, connection } = useConnection();
  const signIn = useSignInWindow();
  const [isTooSlow, setIsTooSlow] = useState(false);
  const [isCancelled, setIsCancelled] = useState(wasCancelled);
  const noticeId = useId();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (wasCancelled) button.current?.focus();
  }, [wasCancelled]);
  // There is no way to know what became of a window that was opened before this panel.
  const isResumed = signIn.state === 'none' && state.isResumed && attempt?.state === 'waiting';
  const wasOpen = signIn.state === 'open' || signIn.state === 'closed' || isResumed;
  const url = isWebAddress(attempt?.authorize_url) ? attempt.authorize_url : undefined;

  function open(): void {
    setIsTooSlow(false);
    setIsCancelled(false);
    onOpen();
    signIn.open(url, () => setIsTooSlow(true));
    if (!attempt && !state.isStarting) void connection.start();
  }

  const { navigate, window: popup } = signIn;
  useEffect(() => {
    if (url) navigate(url);
  }, [url, navigate]);
  useEffect(() => {
    // The window is waiting for an address that will never come.
    if (state.error) popup?.close();
  }, [state.error, popup]);

  return (
    <>
      {isCancelled && (
        <div id={noticeId}>
          <Banner tone="info" title={t('result.cancelled')}>
            {t('attempt.denied')}
          </Banner>
        </div>
      )}
      <div className="kcc-card">
        <p>{t('oauth.text', { service: service.title })}</p>
        <p role="status" className="kcc-card__status">
          {signIn.state === 'open' && t('oauth.waiting')}
          {signIn.state === 'closed' && t('oauth.closed')}
          {isResumed && t('oauth.resumed', { service: service.title })}
        </p>
        <div className="kcc-actions">
          <Button
            ref={button}
            kind="primary"
            isBusy={signIn.state === 'open' && !url}
            aria-describedby={isCancelled ? noticeId : undefined}
            onClick={open}
          >
            {t(wasOpen ? 'oauth.reopen' : 'oauth.button', { service: service.title })}
          </Button>
          {wasOpen && <Button onClick={onCancel}>{t('app.cancel')}</Button>}
        </div>
      </div>
      {signIn.state === 'blocked' && url && (
        <Banner tone="warning" title={t('oauth.blocked')} takesFocus>
          {t('oauth.blocked_text')}{' '}
          <SignInLink href={url}>{t('oauth.link', { service: service.title })}</SignInLink>
        </Banner>
      )}
      {isTooSlow && <Banner tone="danger" title={t('oauth.too_slow')} takesFocus />}
      {state.error && (
        <FailureBanner
          title={t('result.failed')}
          error={state.error}
          onRetry={() => void connection.start()}
          takesFocus
        />
      )}
    </>
  );
}
