/**
 * Puts the focus on the heading of a view that has just appeared. What the view itself put in focus, a banner
 * with an answer for example, keeps it.
 */
export function focusHeading(view: HTMLElement | null): void {
  if (view?.contains(document.activeElement)) return;
  view?.querySelector('h2')?.focus();
}
