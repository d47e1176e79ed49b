import type { ReactNode } from 'react';
import type { ApiError } from '../api-error.ts';
import { useApp, useTexts } from '../use-app.tsx';
import { FailureBanner } from './FailureBanner.tsx';

/** The settings could not be read: why, and once more. */
export function LoadFailure({ error }: { error: ApiError }): ReactNode {
  const { t } = useTexts();
  const { settings } = useApp();
  const retry = () => void settings.load();
  return <FailureBanner title={t('app.load_failed')} error={error} onRetry={retry} />;
}
