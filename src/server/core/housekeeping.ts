import type { Parts } from '../parts.ts';
import { purgeConsentStates } from '../storage/consent-states.ts';
import { purgeIdempotencyKeys } from '../storage/idempotency-keys.ts';
import { purgeInstallCodes } from '../storage/install-codes.ts';
import { purgeSeenTokens } from '../storage/seen-tokens.ts';
import { purgeEndings } from '../storage/session-endings.ts';
import { cleanUpAccounts } from './clean-up-account.ts';
import { concurrently } from './concurrently.ts';
import { rotateSecretKeys } from './rotate-secret-keys.ts';
import { endAbandonedInstalls, recheckDisableHooks } from './uninstall.ts';

/** One recurring duty of a worker. Runs may overlap on several replicas and must not mind. */
export interface Sweep {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
  /** Waits for what its runs have begun and left to itself. */
  rest?: () => Promise<void>;
}

/** What a worker looks after on its own: leftovers of crashes, unconfirmed hooks, and old rows. */
export function housekeeping(parts: Parts): Sweep[] {
  return [
    {
      name: 'disable hooks that were not confirmed',
      everyMs: 3_000,
      run: () => recheckDisableHooks(parts),
    },
    {
      name: 'installs whose grant was given up long ago',
      everyMs: 60_000,
      run: () => endAbandonedInstalls(parts),
    },
    {
      name: 'remains of ended installs',
      everyMs: 15_000,
      run: () => cleanUpAccounts(parts),
    },
    { name: 'old rows', everyMs: 60_000, run: () => purge(parts) },
    { name: 'rotation of SECRET_KEYS', everyMs: 60_000, run: rotateSecretKeys(parts) },
  ];
}

/** Removes old rows. A table where that fails does not keep the others from being purged. */
async function purge({ db, log }: Parts): Promise<void> {
  const purges = [
    purgeSeenTokens,
    purgeIdempotencyKeys,
    purgeConsentStates,
    purgeInstallCodes,
    purgeEndings,
  ];
  const onError = (error: unknown, { name }: { name: string }) =>
    log.error({ err: error, purge: name }, 'old rows could not be removed');
  await concurrently(purges, { limit: 1, onError }, (remove) => remove(db));
}
