import { type ReactNode, useState } from 'react';
import { useTexts } from '../use-app.tsx';
import { Button } from './Button.tsx';

interface CopyButtonProps {
  text: string;
  /** What the button is called; without it, just "Copy". */
  label?: string;
  /** What a screen reader calls it, where the label alone does not say what is copied. */
  name?: string;
}

/** Copies a text, and says beside the button how that went. */
export function CopyButton({ text, label, name }: CopyButtonProps): ReactNode {
  const { t } = useTexts();
  const [outcome, setOutcome] = useState<'copied' | 'copy_failed'>();

  function copy(): void {
    // Empty for a moment, so that a second copy is announced, too.
    setOutcome(undefined);
    // Browsers have no clipboard on pages without https.
    const copying = navigator.clipboard?.writeText(text) ?? Promise.reject();
    copying.then(
      () => setOutcome('copied'),
      () => setOutcome('copy_failed'),
    );
  }

  return (
    <span className="kcc-copy">
      <Button kind="quiet" aria-label={name} onClick={copy}>
        {label ?? t('app.copy')}
      </Button>
      {/* Outside the button: what is inside one is only its name, and would not be announced. */}
      <span role="status" className="kcc-muted">
        {outcome && t(`app.${outcome}`)}
      </span>
    </span>
  );
}
