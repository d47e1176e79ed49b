import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef } from 'react';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * The browser's own modal dialog, which traps the focus and returns it. Kommo also closes its modal on Escape,
 * so the key event must not reach it.
 */
export function Dialog({ title, onClose, children }: DialogProps): ReactNode {
  const node = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = node.current;
    dialog?.showModal();
    // The safe choice gets the focus, wherever it is in the dialog.
    dialog?.querySelector<HTMLElement>('[data-first-focus]')?.focus();
    return () => dialog?.close();
  }, []);

  function keepEscape(event: KeyboardEvent): void {
    if (event.key === 'Escape') event.stopPropagation();
  }

  return (
    <dialog
      ref={node}
      className="kcc-dialog"
      aria-labelledby={titleId}
      onKeyDown={keepEscape}
      onKeyUp={keepEscape}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId} className="kcc-dialog__title">
        {title}
      </h2>
      {children}
    </dialog>
  );
}
