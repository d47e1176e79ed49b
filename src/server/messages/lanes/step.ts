import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import type { MessageOutcome } from '../../platform/metrics.ts';
import type { OutgoingContent, ReceivedContent, StoredMedia } from '../stored-content.ts';
import type { Target } from '../target/rows.ts';
import type { Confirm } from './lane-runner.ts';
import type { LaneMessage } from './rows.ts';

/**
 * What became of one step. `hold`: this message and those behind it wait so many seconds; `counts` when it was a try
 * of this message; `whilePaused` when they wait for the end of a pause, which may be over by the time that is written.
 */
export type Step = 'done' | { holdSeconds: number; counts: boolean; whilePaused?: true };

/** One message, and all it needs. */
export interface Work {
  context: Context;
  target: Target;
  message: LaneMessage;
  confirm: Confirm;
}

/** Counts a message that nothing is left to do for. Call it when that is written down. */
export function countEnd(
  { context, target, message }: Pick<Work, 'context' | 'target' | 'message'>,
  outcome: MessageOutcome,
): void {
  const { direction } = message;
  context.metrics.messageEnded({ direction, service: target.channel?.connector, outcome });
}

/** Grows with the tries, and is never the same for two messages that failed together. */
export function backOff(tries: number, longestSeconds: number): number {
  return Math.min(longestSeconds, 2 ** Math.min(tries, 16)) * (0.75 + Math.random() / 2);
}

/** What a received message says; undefined when it cannot be opened any more. */
export function openReceived(context: Context, message: LaneMessage): ReceivedContent | undefined {
  return open<ReceivedContent>(context, message, 'content');
}

/** What a message to a client says; undefined when it cannot be opened any more. */
export function openOutgoing(context: Context, message: LaneMessage): OutgoingContent | undefined {
  return open<OutgoingContent>(context, message, 'content');
}

export function openMedia(context: Context, message: LaneMessage): StoredMedia | undefined {
  return open<StoredMedia>(context, message, 'media');
}

function open<Content>(
  { secrets }: Context,
  message: LaneMessage,
  column: 'content' | 'media',
): Content | undefined {
  const sealed = message[column];
  if (sealed === null) return undefined;
  const plain = secrets.tryUnseal(sealed, `messages:${message.id}:${column}`);
  return plain === undefined ? undefined : JSON.parse(plain);
}

/** The scope of the account's chats. @throws AppError `channel_refused` where there is none: call only with one */
export function scopeOf({ target }: Pick<Work, 'target'>): {
  scopeId: string;
  tld: Target['account']['tld'];
} {
  if (target.scopeId === null) throw new AppError('channel_refused');
  return { scopeId: target.scopeId, tld: target.account.tld };
}
