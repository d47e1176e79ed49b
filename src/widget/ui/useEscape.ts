import { type KeyboardEvent, useRef } from 'react';

interface EscapeHandlers {
  onKeyDown: (event: KeyboardEvent) => void;
  onKeyUp: (event: KeyboardEvent) => void;
}

/**
 * For the element around something that opens: Escape closes that and nothing else. Kommo closes its whole
 * modal on the same key, wherever it hears it.
 */
export function useEscape(isOpen: boolean, close: () => void): EscapeHandlers {
  const isHeld = useRef(false);
  return {
    onKeyDown(event) {
      if (event.key !== 'Escape' || !isOpen) return;
      event.stopPropagation();
      isHeld.current = true;
      close();
    },
    onKeyUp(event) {
      if (event.key !== 'Escape' || !isHeld.current) return;
      event.stopPropagation();
      isHeld.current = false;
    },
  };
}
