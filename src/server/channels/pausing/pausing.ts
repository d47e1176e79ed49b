import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../../accounts/caller.ts';
import type { Context } from '../../context.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { getChannel } from '../channels.ts';
import { getConnector } from '../connector-tools.ts';
import { askHealth, recordHealth } from '../health/channel-health.ts';
import type { StoredChannel } from '../rows.ts';
import { markAsked, markPaused, markResumed } from './rows.ts';

/** The administrator waits no longer for the service; its answer counts when it comes. */
const PATIENCE_MS = 5_000;

/**
 * Pauses a channel: it keeps all it has, and carries nothing. What clients write is taken and waits; decision 061.
 *
 * @throws AppError `not_found`
 */
export async function pauseChannel(context: Context, caller: Caller, id: string): Promise<void> {
  await getChannel(context, caller, id);
  await markPaused(context.db, id);
}

/**
 * Lets a paused channel go on, and asks its service at once how it is. A process that dies in between leaves the rest to
 * the checks: one is due.
 *
 * @throws AppError `not_found`; `connector_misconfigured` when the operator no longer offers the service
 */
export async function resumeChannel(context: Context, caller: Caller, id: string): Promise<void> {
  const channel = await getChannel(context, caller, id);
  getConnector(context, channel.connector);
  const now = context.now();
  const resumed = await transaction(context.db, async (trx) => {
    const marked = await markResumed(trx, id, now);
    if (marked) await context.onCarryingAgain(trx, id);
    return marked;
  });
  if (!resumed) return;
  context.wakeMessages();
  if (resumed.mayAsk) {
    await Promise.race([
      askNow(context, channel, now),
      sleep(PATIENCE_MS, undefined, { ref: false }),
    ]);
  }
  // A message that was found paused just before, after too long a wait, may have been given up after that.
  await context.onCarryingAgain(context.db, id);
  context.wakeMessages();
}

async function askNow(context: Context, channel: StoredChannel, asOf: Date): Promise<void> {
  try {
    const connector = getConnector(context, channel.connector);
    const health = await askHealth(context, connector, channel);
    if (health) await recordHealth(context, channel, health, asOf);
    await markAsked(context.db, channel.id, asOf);
  } catch (error) {
    const details = { err: error, channelId: channel.id, connector: channel.connector };
    context.log.warn(details, 'a channel that goes on could not be checked');
  }
}
