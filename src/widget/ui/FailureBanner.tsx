import type { ReactNode } from 'react';
import type { ApiError } from '../api-error.ts';
import { useTexts } from '../use-app.tsx';
import { Banner } from './Banner.tsx';
import { Button } from './Button.tsx';
import { HelpLink } from './HelpLink.tsx';
import { Reference } from './Reference.tsx';

interface FailureBannerProps {
  title: string;
  error: ApiError;
  onRetry?: () => void;
  /** What else can be done about it. */
  actions?: ReactNode;
  takesFocus?: boolean;
  children?: ReactNode;
}

/** What went wrong, what to do about it, and the reference for support. */
export function FailureBanner({
  title,
  error,
  onRetry,
  actions,
  takesFocus,
  children,
}: FailureBannerProps): ReactNode {
  const { t, find, duration } = useTexts();
  const { code, retryAfterSeconds: wait } = error;
  const timed =
    wait === undefined ? undefined : find(`errors.${code}_for`, { time: duration(wait) });
  const retryLabel = code === 'session_ended' ? t('app.reload') : t('app.retry');
  const retry = code === 'session_ended' ? () => window.location.reload() : onRetry;
  return (
    <Banner
      tone="danger"
      title={title}
      takesFocus={takesFocus}
      actions={
        <>
          {retry && <Button onClick={retry}>{retryLabel}</Button>}
          {actions}
          <HelpLink anchor={code} />
        </>
      }
    >
      <p>{timed ?? t(`errors.${code}`)}</p>
      {children}
      <Reference value={error.reference} />
    </Banner>
  );
}
