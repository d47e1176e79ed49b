import type { Db, Trx } from '../../platform/database/database.ts';

/** So long after somebody asked the service how a channel is, the answer may still be on its way. */
const ASKED_MS = 20_000;

/** Without effect on a channel that is paused already. */
export async function markPaused(db: Db, id: string): Promise<void> {
  await db
    .updateTable('channels')
    .set({ status: 'paused', statusReason: null })
    .where('id', '=', id)
    .where('status', '!=', 'paused')
    .execute();
}

/**
 * Ends the pause. The channel is `connecting` until its service was asked.
 *
 * @returns whether the caller may ask, as the only one; undefined when the channel is not paused
 */
export async function markResumed(
  trx: Trx,
  id: string,
  now: Date,
): Promise<{ mayAsk: boolean } | undefined> {
  const paused = await trx
    .selectFrom('channels')
    .select('checkedAt')
    .where('id', '=', id)
    .where('status', '=', 'paused')
    .forUpdate()
    .executeTakeFirst();
  if (!paused) return undefined;
  const { checkedAt } = paused;
  const mayAsk = checkedAt === null || checkedAt.getTime() < now.getTime() - ASKED_MS;
  await trx
    .updateTable('channels')
    .set({
      status: 'connecting',
      statusReason: null,
      // Should nobody get to ask now, the next round does.
      checkDueAt: now,
      ...(mayAsk && { checkedAt: now }),
    })
    .where('id', '=', id)
    .execute();
  return { mayAsk };
}

/** The check that was due since `markResumed` was made. */
export async function markAsked(db: Db, id: string, asOf: Date): Promise<void> {
  await db
    .updateTable('channels')
    .set({ checkDueAt: null })
    .where('id', '=', id)
    .where('checkDueAt', '<=', asOf)
    .execute();
}
