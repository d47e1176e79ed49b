import type { Page } from '@playwright/test';

/**
 * What is wrong with how the widget stands on the page now: a line for each thing that sticks out, is cut off, lies
 * under something else or is too small to be hit.
 */
export function faultsOfLook(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const widget = document.querySelector<HTMLElement>('.chat-connector');
    if (!widget) return ['there is no widget'];
    const root = widget.querySelector<HTMLElement>('dialog[open]') ?? widget;
    const name = (element: Element) =>
      `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${(element.textContent ?? '').slice(0, 40)}`;
    const isHidden = (element: Element) =>
      element.closest('.kcc-hidden, [hidden]') !== null || !element.checkVisibility();

    // Quiet buttons stand out by their padding, so that their text is in line with the others.
    const PADDING = 8;
    const frame = root.getBoundingClientRect();
    if (root.scrollWidth > root.clientWidth + 1) faults.push(`overflows sideways: ${name(root)}`);
    const { documentElement: html } = document;
    if (root !== widget && (frame.left < 0 || frame.right > html.clientWidth))
      faults.push('the dialog sticks out of the window');

    for (const element of root.querySelectorAll<HTMLElement>('*')) {
      if (isHidden(element) || element.closest('svg')) continue;
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) continue;
      const style = getComputedStyle(element);
      const isRightToLeft = style.direction === 'rtl';
      const [left, right] = isRightToLeft ? [1, PADDING] : [PADDING, 1];
      if (
        style.position !== 'fixed' &&
        (box.right > frame.right + right || box.left < frame.left - left)
      )
        faults.push(`sticks out: ${name(element)}`);
      const hasText = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
      );
      const isCut =
        style.overflowX !== 'visible' &&
        style.textOverflow !== 'ellipsis' &&
        element.scrollWidth > element.clientWidth + 1;
      if (hasText && isCut) faults.push(`its text is cut off: ${name(element)}`);
      const isLow = style.overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 2;
      if (hasText && isLow && style.textOverflow !== 'ellipsis')
        faults.push(`its text is cut off below: ${name(element)}`);
    }
    return [...new Set(faults)];
  });
}

/** Controls smaller than 24 by 24 pixels, their labels counted in, that stand closer than that to others (WCAG 2.5.8). */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST = 24;
    const widget = document.querySelector('.chat-connector');
    const root = widget?.querySelector('dialog[open]') ?? widget;
    const controls = [
      ...(root?.querySelectorAll<HTMLElement>(
        'a[href], button, input, select, textarea, [role="menuitem"]',
      ) ?? []),
    ].filter((control) => control.checkVisibility() && !control.closest('[hidden], .kcc-hidden'));
    const boxes = controls.map((control) => {
      const label = control.closest('label');
      return { control, box: (label ?? control).getBoundingClientRect() };
    });
    const isNear = (one: DOMRect, other: DOMRect) => {
      const x = one.left + one.width / 2;
      const y = one.top + one.height / 2;
      const dx = Math.max(other.left - x, 0, x - other.right);
      const dy = Math.max(other.top - y, 0, y - other.bottom);
      return Math.hypot(dx, dy) < LEAST / 2;
    };
    return boxes
      .filter(({ control, box }) => {
        if (box.width >= LEAST && box.height >= LEAST) return false;
        // A link in a sentence is as high as the sentence's lines.
        if (control.matches('a') && getComputedStyle(control).display === 'inline') return false;
        return boxes.some((other) => other.control !== control && isNear(box, other.box));
      })
      .map(
        ({ control, box }) =>
          `${Math.round(box.width)} x ${Math.round(box.height)}: ${control.getAttribute('aria-label') ?? control.textContent}`,
      );
  });
}
