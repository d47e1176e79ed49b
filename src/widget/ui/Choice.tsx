import type { InputHTMLAttributes, ReactNode } from 'react';

interface ChoiceProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type' | 'onChange'> {
  type: 'radio' | 'checkbox';
  onChoose: (isChosen: boolean) => void;
  children: ReactNode;
}

/** A radio button or checkbox with its label: one large target. */
export function Choice({ onChoose, children, ...input }: ChoiceProps): ReactNode {
  return (
    <label className="kcc-choice">
      <input {...input} onChange={(event) => onChoose(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}
