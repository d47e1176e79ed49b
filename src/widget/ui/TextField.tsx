import { forwardRef, type InputHTMLAttributes } from 'react';
import { Field } from './Field.tsx';

interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'id'> {
  label: string;
  hint?: string;
  error?: string;
  details?: string;
  value: string;
  onChange: (value: string) => void;
}

export const TextField = forwardRef<HTMLInputElement, TextFieldProps>(function TextField(
  { label, hint, error, details, onChange, ...input },
  ref,
) {
  return (
    <Field label={label} hint={hint} error={error} details={details}>
      {(control) => (
        <input
          type="text"
          {...input}
          {...control}
          ref={ref}
          className="kcc-input"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
});
