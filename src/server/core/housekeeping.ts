import type { Parts } from '../parts.ts';
import { purgeConsentStates } from '../storage/consent-states.ts';
import { purgeIdempotencyKeys } from '../storage/idempotency-keys.ts';
import { listDueInstallCodes } from '../storage/install-code-lists.ts';
import { purgeInstallCodes } from '../storage/install-codes.ts';
import { purgeSeenTokens } from '../storage/seen-tokens.ts';
import { claimUncleanAccounts } from '../storage/unclean-accounts.ts';
import { rotateSecretKeys } from './rotate-secret-keys.ts';
import { recheckDisableHooks } from './uninstall.ts';

/** One recurring duty of a worker. Runs may overlap on several replicas and must not mind. */
export interface Sweep {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
}

const SWEEP_LIMIT = 50;

/** A clean-up that came to nothing is tried again after this. */
const CLEAN_UP_AGAIN_SECONDS = 15;

/** What a worker looks after on its own: leftovers of crashes, unconfirmed hooks, and old rows. */
export function housekeeping(parts: Parts): Sweep[] {
  const { db, jobs, pace } = parts;
  return [
    {
      name: 'install codes that are due',
      everyMs: 2_000,
      run: async () => {
        for (const codeId of await listDueInstallCodes(db, SWEEP_LIMIT)) {
          await jobs.resend('exchange-install-code', { codeId });
        }
      },
    },
    {
      name: 'disable hooks that were not confirmed',
      everyMs: 3_000,
      run: () => recheckDisableHooks(parts),
    },
    {
      name: 'remains of ended installs',
      everyMs: 15_000,
      run: async () => {
        const seconds = CLEAN_UP_AGAIN_SECONDS * pace.sweeps;
        for (const ended of await claimUncleanAccounts(db, SWEEP_LIMIT, seconds)) {
          await jobs.resend('clean-up-account', ended);
        }
      },
    },
    {
      name: 'old rows',
      everyMs: 60_000,
      run: async () => {
        await purgeSeenTokens(db);
        await purgeIdempotencyKeys(db);
        await purgeConsentStates(db);
        await purgeInstallCodes(db);
      },
    },
    { name: 'rotation of SECRET_KEYS', everyMs: 60_000, run: rotateSecretKeys(parts) },
  ];
}
