import { type ButtonHTMLAttributes, forwardRef, type MouseEvent, type ReactNode } from 'react';

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled' | 'type'> {
  kind?: 'primary' | 'neutral' | 'danger' | 'alert' | 'quiet';
  type?: 'button' | 'submit';
  /** In progress: the button keeps its label and the focus, and ignores presses. */
  isBusy?: boolean;
  /** Not available now. Stays focusable so that people find the reason (link it with `aria-describedby`). */
  isUnavailable?: boolean;
  /** Where a dialog puts the focus when it opens. */
  'data-first-focus'?: boolean;
  children: ReactNode;
}

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(props, ref) {
  const {
    kind = 'neutral',
    type = 'button',
    isBusy = false,
    isUnavailable = false,
    onClick,
    className = '',
    children,
    ...rest
  } = props;
  const isIdle = isBusy || isUnavailable;
  function press(event: MouseEvent<HTMLButtonElement>): void {
    if (isIdle) event.preventDefault();
    else onClick?.(event);
  }
  return (
    <button
      {...rest}
      ref={ref}
      type={type}
      className={`kcc-button kcc-button--${kind} ${className}`.trim()}
      aria-disabled={isIdle || undefined}
      aria-busy={isBusy || undefined}
      onClick={press}
    >
      {isBusy && <span className="kcc-spinner" aria-hidden="true" />}
      {children}
    </button>
  );
});
