import type { ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import { useTexts } from '../use-app.tsx';

/** In place of the list when no channel passes the filter. */
export function NoMatch({ onClear }: { onClear: () => void }): ReactNode {
  const { t } = useTexts();
  return (
    <div className="kcc-empty">
      <p className="kcc-empty__title">{t('channels.none_match')}</p>
      <Button onClick={onClear}>{t('channels.clear_filter')}</Button>
    </div>
  );
}
