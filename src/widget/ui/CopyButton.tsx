import { type ReactNode, useState } from 'react';
import { useTexts } from '../use-app.tsx';
import { Button } from './Button.tsx';

/** Copies a text and confirms it in its own label. */
export function CopyButton({ text, label }: { text: string; label?: string }): ReactNode {
  const { t } = useTexts();
  const [isCopied, setIsCopied] = useState(false);

  function copy(): void {
    navigator.clipboard?.writeText(text).then(
      () => setIsCopied(true),
      () => setIsCopied(false),
    );
  }

  return (
    <Button kind="quiet" onClick={copy}>
      <span role="status">{isCopied ? t('app.copied') : (label ?? t('app.copy'))}</span>
    </Button>
  );
}
