/**
 * Focuses the heading of a view that has just appeared, unless the view has already focused something itself,
 * such as a banner with a result.
 */
export function focusHeading(view: HTMLElement | null): void {
  if (view?.contains(document.activeElement)) return;
  view?.querySelector('h2')?.focus();
}

/** The id of a channel's row on the page. */
export function rowId(channelId: string): string {
  return `chat-connector-channel-${channelId}`;
}

/** Focuses a channel's row; false when the row is not on the page. */
export function focusRow(channelId: string): boolean {
  const row = document.getElementById(rowId(channelId));
  row?.focus();
  return row !== null;
}
