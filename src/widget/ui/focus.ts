/**
 * Puts the focus on the heading of a view that has just appeared. What the view itself put in focus, a banner
 * with an answer for example, keeps it.
 */
export function focusHeading(view: HTMLElement | null): void {
  if (view?.contains(document.activeElement)) return;
  view?.querySelector('h2')?.focus();
}

/** The id of a channel's row on the page. */
export function rowId(channelId: string): string {
  return `chat-connector-channel-${channelId}`;
}

/** Puts the focus on a channel's row; false when the row is not on the page. */
export function focusRow(channelId: string): boolean {
  const row = document.getElementById(rowId(channelId));
  row?.focus();
  return row !== null;
}
