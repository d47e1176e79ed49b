import { type RefObject, useEffect } from 'react';

/**
 * Catches the focus when the control that had it disappears: it moves to what the view names as its result
 * (`data-result`), or else to the view's heading, instead of falling to the page. Never takes the focus from
 * anything that has it, nor from someone who left the control by themselves.
 */
export function useFocusNet(view: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const node = view.current;
    if (!node) return;
    let held: Element | undefined;

    const hold = (event: FocusEvent) => {
      held = event.target instanceof Element ? event.target : undefined;
    };
    /** Whoever leaves a control that stays does so on purpose. */
    const leave = () => {
      const left = held;
      setTimeout(() => {
        if (left === held && left && !isGone(left) && document.activeElement !== left)
          held = undefined;
      });
    };
    const look = () => {
      if (!held || !isGone(held)) return;
      // What replaces the control may still take the focus itself.
      setTimeout(() => {
        if (!held || !isGone(held)) return;
        held = undefined;
        if (!isNowhere() || !node.isConnected) return;
        const result = node.querySelector<HTMLElement>('[data-result]');
        (result ?? node.querySelector<HTMLElement>('h2'))?.focus();
      });
    };

    const observer = new MutationObserver(look);
    const attributeFilter = ['disabled', 'hidden'];
    observer.observe(node, { childList: true, subtree: true, attributes: true, attributeFilter });
    node.addEventListener('focusin', hold);
    node.addEventListener('focusout', leave);
    return () => {
      observer.disconnect();
      node.removeEventListener('focusin', hold);
      node.removeEventListener('focusout', leave);
    };
  }, [view]);
}

function isGone(control: Element): boolean {
  return (
    !control.isConnected || control.matches(':disabled') || control.closest('[hidden]') !== null
  );
}

/** Nothing has the focus, and no dialog is open that should. */
function isNowhere(): boolean {
  const { activeElement, body } = document;
  if (document.querySelector('dialog[open]')) return false;
  return activeElement === null || activeElement === body || isGone(activeElement);
}
