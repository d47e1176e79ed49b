import type { Parts } from '../parts.ts';
import { listUncleanAccounts } from '../storage/accounts.ts';
import { resealChannels } from '../storage/channels.ts';
import { purgeConsentStates } from '../storage/consent-states.ts';
import { resealGrants } from '../storage/grants.ts';
import { purgeIdempotencyKeys } from '../storage/idempotency-keys.ts';
import { listDueInstallCodes } from '../storage/install-code-lists.ts';
import { purgeInstallCodes } from '../storage/install-codes.ts';
import { retireSecretKeys } from '../storage/key-checks.ts';
import { purgeSeenTokens } from '../storage/seen-tokens.ts';
import { endAbandonedInstalls, recheckDisableHooks } from './uninstall.ts';

/** One recurring duty of a worker. Runs may overlap on several replicas and must not mind. */
export interface Sweep {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
}

const SWEEP_LIMIT = 50;
const RESEAL_LIMIT = 100;

/** What a worker looks after on its own: leftovers of crashes, unconfirmed hooks, and old rows. */
export function housekeeping(parts: Parts): Sweep[] {
  const { db, jobs } = parts;
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
      name: 'installs whose grant was given up long ago',
      everyMs: 60_000,
      run: () => endAbandonedInstalls(parts),
    },
    {
      name: 'remains of ended installs',
      everyMs: 15_000,
      run: async () => {
        for (const ended of await listUncleanAccounts(db, SWEEP_LIMIT)) {
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
    { name: 'rotation of SECRET_KEYS', everyMs: 60_000, run: () => rotateKeys(parts) },
  ];
}

/** Seals values again that were written under an older key, a few at a time. */
async function rotateKeys({ db, secrets, log }: Parts): Promise<void> {
  while ((await resealGrants(db, secrets, RESEAL_LIMIT)) > 0);
  while ((await resealChannels(db, secrets, RESEAL_LIMIT)) > 0);
  for (const keyId of await retireSecretKeys(db, secrets.writeKeyId)) {
    log.info({ keyId }, 'no stored value needs this key any more; remove it from SECRET_KEYS');
  }
}
