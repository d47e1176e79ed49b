import type { ReactNode } from 'react';
import { useTexts } from '../use-app.tsx';
import { useSettings } from './useSettings.ts';

/** The two setup steps, until the first save: where the admin is, and what opens afterwards. */
export function Steps(): ReactNode {
  const { t } = useTexts();
  const { saved, isEditable } = useSettings();
  if (saved.status !== 'new' || !isEditable) return null;
  const isCountryFixed = saved.changeable['preferences.country'] === 'reinstall';
  return (
    <ol className="kcc-steps" aria-label={t('steps.title')}>
      <li className="kcc-step kcc-step--current" aria-current="step">
        <span className="kcc-step__state">{t('steps.current')}</span>
        <strong>{t('steps.first')}</strong>
        <span className="kcc-muted">
          {t(isCountryFixed ? 'steps.first_country' : 'steps.first_text')}
        </span>
      </li>
      <li className="kcc-step">
        <span className="kcc-step__state">{t('steps.next')}</span>
        <strong>{t('steps.second')}</strong>
        <span className="kcc-muted">
          {t(isCountryFixed ? 'steps.second_language' : 'steps.second_later')}
        </span>
      </li>
    </ol>
  );
}
