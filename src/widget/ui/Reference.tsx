import type { ReactNode } from 'react';
import { useTexts } from '../use-app.tsx';
import { CopyButton } from './CopyButton.tsx';

/** The id of a request or attempt in the backend's log, for the admin to pass on to support. */
export function Reference({ value }: { value: string | undefined }): ReactNode {
  const { t } = useTexts();
  if (!value) return null;
  return (
    <p className="kcc-reference">
      {t('app.reference')} <code>{value}</code>{' '}
      <CopyButton text={value} name={t('app.copy_reference')} />
    </p>
  );
}
