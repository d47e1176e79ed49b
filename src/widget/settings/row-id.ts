/** The id of a channel's row on the page; focus is sent there. */
export function rowId(channelId: string): string {
  return `chat-connector-channel-${channelId}`;
}
