import type { KeyboardEvent } from 'react';

/**
 * A handler for the element around something that opens: Escape closes only that. Without it, Kommo would close
 * its whole modal on the same key.
 */
export function useEscape(
  isOpen: boolean,
  close: () => void,
): { onKeyDown: (event: KeyboardEvent) => void } {
  return {
    onKeyDown(event) {
      if (event.key !== 'Escape' || !isOpen) return;
      event.stopPropagation();
      // What is closed takes the focus along, so the key is released somewhere else.
      window.addEventListener('keyup', keepRelease, true);
      close();
    },
  };
}

function keepRelease(event: globalThis.KeyboardEvent): void {
  if (event.key !== 'Escape') return;
  event.stopPropagation();
  window.removeEventListener('keyup', keepRelease, true);
}
