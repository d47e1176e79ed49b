import type { SyncStatus } from '../../../contract/api.ts';
import type { StoredSync } from './rows.ts';

/** A sync as the wire has it. */
export function viewSync(sync: StoredSync | undefined): SyncStatus {
  if (!sync) return { state: 'never' };
  return {
    state: sync.state,
    ...(sync.finishedAt && { finished_at: sync.finishedAt.toISOString() }),
    ...(sync.state === 'failed' && sync.errorCode !== null && { error_code: sync.errorCode }),
  };
}
