import { purgeIdempotencyKeys, purgeSeenTokens } from './access/rows.ts';
import { purgeConsentStates } from './accounts/consent/rows.ts';
import { purgeInstallCodes } from './accounts/install/rows.ts';
import { endAbandonedInstalls } from './accounts/uninstall.ts';
import { expireAttempts } from './channels/attempts/end-attempt.ts';
import { purgeSignOuts } from './channels/sign-outs/rows.ts';
import { purgeWatchKeys } from './channels/watch/rows.ts';
import type { Context } from './context.ts';
import { refreshIdleGrants } from './kommo/grants/maintenance.ts';
import { purgeMessages } from './messages/retention/rows.ts';
import { concurrently } from './platform/concurrently.ts';
import { rotateSecretKeys } from './rotate-secret-keys.ts';
import { askForSyncs } from './settings/ask-for-syncs.ts';

/** What recurs, in one process at a time. */
interface ScheduledJob {
  name: string;
  everySeconds: number;
  run: () => Promise<unknown>;
}

/** What workers do unasked: daily checks, ending what is over, removing old rows. */
export function scheduledJobs(context: Context): ScheduledJob[] {
  const kommo = context.kommo.background();
  return [
    { name: 'syncs to ask for', everySeconds: 5, run: () => askForSyncs(context) },
    { name: 'attempts that are over', everySeconds: 5, run: () => expireAttempts(context) },
    {
      name: 'installs whose grant was given up long ago',
      everySeconds: 60,
      run: () => endAbandonedInstalls(context),
    },
    {
      name: 'grants that were not used for long',
      everySeconds: 5 * 60,
      run: () => refreshIdleGrants(kommo),
    },
    { name: 'old rows', everySeconds: 60, run: () => purge(context) },
    {
      name: 'messages past their time',
      everySeconds: 5 * 60,
      run: () => purgeMessages(context.db, context.config.messages, context.now()),
    },
    { name: 'rotation of SECRET_KEYS', everySeconds: 60, run: rotateSecretKeys(context) },
  ];
}

/** Removes old rows. A failure in one table does not stop the purge of the others. */
async function purge({ db, log }: Context): Promise<void> {
  const purges = [
    purgeSeenTokens,
    purgeIdempotencyKeys,
    purgeConsentStates,
    purgeInstallCodes,
    purgeSignOuts,
    purgeWatchKeys,
  ];
  const onError = (error: unknown, { name }: { name: string }) =>
    log.error({ err: error, purge: name }, 'old rows could not be removed');
  await concurrently(purges, { limit: 1, onError }, (remove) => remove(db));
}
