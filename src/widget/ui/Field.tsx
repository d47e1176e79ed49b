import { type ReactNode, useId } from 'react';
import { useTexts } from '../use-app.tsx';

/** Attributes that tie a control to its label, hint and error. */
export interface FieldControl {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

interface FieldProps {
  label: string;
  hint?: string;
  error?: string;
  /** What the error says to those who want to know more; folded away at first. */
  details?: string;
  /** Announced politely below the control, for example that a label was removed. */
  note?: string;
  children: (control: FieldControl) => ReactNode;
}

/** Label above the control; error, note and hint below it. */
export function Field({ label, hint, error, details, note, children }: FieldProps): ReactNode {
  const { t } = useTexts();
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className="kcc-field">
      <label className="kcc-label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {error && (
        <p className="kcc-field__error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {details && (
        <details className="kcc-explain">
          <summary>{t('app.details')}</summary>
          <p>{details}</p>
        </details>
      )}
      <p className="kcc-field__note" role="status">
        {note}
      </p>
      {hint && (
        <p className="kcc-field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
