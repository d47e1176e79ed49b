import type { ReactNode } from 'react';
import { Field } from './Field.tsx';

interface SelectFieldProps {
  label: string;
  hint?: string;
  error?: string;
  value: string;
  onChange: (value: string) => void;
  options: { value: string; label: string }[];
}

/** The browser's own select: every keyboard, screen reader and phone knows it. */
export function SelectField({
  label,
  hint,
  error,
  value,
  onChange,
  options,
}: SelectFieldProps): ReactNode {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <select
          {...control}
          className="kcc-input kcc-select"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
