/**
 * How messages of Slack are named here. Slack names one by its channel and its time stamp `ts`; what else comes out
 * of one message, or has no `ts` yet, needs a name of its own:
 *
 * - `D1:1795773600.000100` a message, and of one with files the first
 * - `D1:1795773600.000100:F2` each further file of it
 * - `D1:F1` a file that we sent and Slack had not shown yet
 */
const KEY = /^([A-Z0-9]{2,40}):(?:(\d{1,11}\.\d{1,6})(?::[A-Z0-9]{1,40})?|(F[A-Z0-9]{1,39}))$/;

/** Direct messages, which alone we carry, have ids that begin so. */
const DIRECT_MESSAGE = /^D[A-Z0-9]{1,39}$/;

/** Where a key leads: a message by its `ts`, or the one that shows a file. */
export type MessagePlace = { ts: string } | { fileId: string };

export function isDirectMessage(channel: string | undefined): channel is string {
  return channel !== undefined && DIRECT_MESSAGE.test(channel);
}

export function messageKey(channel: string, ts: string, furtherFileId?: string): string {
  return furtherFileId === undefined ? `${channel}:${ts}` : `${channel}:${ts}:${furtherFileId}`;
}

export function pendingFileKey(channel: string, fileId: string): string {
  return `${channel}:${fileId}`;
}

/** Undefined when the key is not one of this channel. */
export function placeOf(key: string | undefined, channel: string): MessagePlace | undefined {
  const [, itsChannel, ts, fileId] = KEY.exec(key ?? '') ?? [];
  if (itsChannel !== channel) return undefined;
  if (ts !== undefined) return { ts };
  return fileId === undefined ? undefined : { fileId };
}
