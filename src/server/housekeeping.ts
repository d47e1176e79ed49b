import { purgeIdempotencyKeys, purgeSeenTokens } from './access/rows.ts';
import { purgeConsentStates } from './accounts/consent/rows.ts';
import { purgeInstallCodes } from './accounts/install/rows.ts';
import { endAbandonedInstalls, recheckDisableHooks } from './accounts/uninstall.ts';
import { cleanUpAccounts } from './channels/clean-up/clean-up-account.ts';
import { purgeEndings } from './channels/sign-outs/rows.ts';
import type { Parts } from './context.ts';
import { concurrently } from './platform/concurrently.ts';
import type { Sweep } from './platform/sweep.ts';
import { rotateSecretKeys } from './rotate-secret-keys.ts';

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
