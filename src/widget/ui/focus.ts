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

/** The id of the button that opens a channel's menu. */
export function menuButtonId(channelId: string): string {
  return `${rowId(channelId)}-menu`;
}

/** What the list hears before a row is focused: it may have to show the row, and what is below it. */
export const REVEAL_ROW = 'chat-connector-reveal';

/**
 * Focuses a channel's row; false when there is no such row. An event tells the list first, because the parts of
 * the widget that lead to a row share no memory with it.
 */
export function focusRow(channelId: string): boolean {
  if (!document.getElementById(rowId(channelId)))
    document.dispatchEvent(new CustomEvent(REVEAL_ROW, { detail: channelId }));
  const row = document.getElementById(rowId(channelId));
  row?.focus();
  return row !== null;
}

/** Shows what stands in the way of a save in a row, and focuses it. False when there is no such row. */
export function leadToRow(channelId: string): boolean {
  document.dispatchEvent(new CustomEvent(REVEAL_ROW, { detail: channelId }));
  return focusRow(channelId);
}

/** The id of the line about Kommo's lead sources. */
export const SYNC_ID = 'sync';

/** Where `focusSection` leads: put it on the element, with `tabIndex={-1}`. */
export function sectionId(name: string): string {
  return `chat-connector-at-${name}`;
}

/** Focuses a place of the screen by its name. */
export function focusSection(name: string): void {
  document.getElementById(sectionId(name))?.focus();
}
