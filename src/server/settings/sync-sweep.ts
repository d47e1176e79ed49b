import {
  listDueSyncs,
  requestPeriodicSyncs,
  wakeReauthorizedSyncs,
} from '../channels/sources/rows.ts';
import type { Parts } from '../context.ts';
import { concurrently } from '../platform/concurrently.ts';
import { syncSources } from './sync-sources.ts';

const SWEEP_LIMIT = 100;
const AT_ONCE = 8;

/** An account whose Kommo answers slower than this no longer holds back the others. */
const PATIENCE_MS = 2_000;

/** Checks begun per sweep: enough for a day's round through 80,000 accounts. */
const PERIODIC_LIMIT = 5;

/**
 * Runs the syncs that no job is left for: retries after a failure, what a killed process was doing, and
 * the daily check of every active account.
 */
export async function syncDueAccounts(parts: Parts, stopping: AbortSignal): Promise<void> {
  await wakeReauthorizedSyncs(parts.db);
  await requestPeriodicSyncs(parts.db, parts.now(), PERIODIC_LIMIT);
  const due = await listDueSyncs(parts.db, SWEEP_LIMIT);
  // An administrator who waits for his save goes first.
  const kommo = parts.kommo.background();
  const onError = (error: unknown, accountId: number) =>
    parts.log.error({ err: error, accountId }, 'a due sync was not looked after');
  await concurrently(
    due,
    { limit: AT_ONCE, patienceMs: PATIENCE_MS, stopping, onError },
    (accountId) => syncSources(parts, accountId, { kommo, stopping }),
  );
}
