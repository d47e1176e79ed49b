import { type RefObject, useEffect } from 'react';

/**
 * Takes the focus to `target` when what had it has just disappeared: browsers then drop it to the page, and people
 * with a keyboard or a screen reader would start again at its top. `stage` names what is shown.
 */
export function useLostFocus(target: RefObject<HTMLElement | null>, stage: string): void {
  useEffect(() => {
    const { activeElement, body } = document;
    if (activeElement === null || activeElement === body) target.current?.focus();
  }, [target, stage]);
}
