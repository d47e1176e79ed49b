import { type KeyboardEvent, useRef } from 'react';

interface EscapeHandlers {
  onKeyDown: (event: KeyboardEvent) => void;
  onKeyUp: (event: KeyboardEvent) => void;
}

/**
 * Handlers for the element around something that opens: Escape closes only that. Without them, Kommo would
 * close its whole modal on the same key.
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
