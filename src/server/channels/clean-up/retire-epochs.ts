import type { Context } from '../../context.ts';
import type { Trx } from '../../platform/database/database.ts';
import { endAttempt } from '../attempts/end-attempt.ts';
import { deleteAttemptsOfEpochs, lockEndedAttempts } from '../attempts/rows.ts';
import { deleteChannelsOfEpochs, listEndedChannels } from '../rows.ts';
import { signOutChannelLater } from '../sign-outs/sign-out.ts';
import { forgetSources } from '../sources/rows.ts';

/**
 * How long we try to tell a chat service that the integration was uninstalled. Then the secrets are forgotten:
 * a minute after an uninstall nothing that could speak for the account may be left.
 */
const GIVE_UP_SECONDS = 40;

/**
 * Removes what outlived its install epoch: channels, their sources' numbers, and attempts. Sessions at the
 * chat services end after the commit. A repeat finds nothing to do.
 */
export async function retireEpochs(
  trx: Trx,
  context: Context,
  accountId: number,
  upToEpoch: number,
): Promise<void> {
  for (const channel of await listEndedChannels(trx, accountId, upToEpoch)) {
    await signOutChannelLater(trx, context, channel, GIVE_UP_SECONDS);
  }
  for (const attempt of await lockEndedAttempts(trx, context.secrets, accountId, upToEpoch)) {
    await endAttempt(trx, context, attempt, {
      state: 'cancelled',
      reason: null,
      giveUpSeconds: GIVE_UP_SECONDS,
    });
  }
  await forgetEpochs(trx, accountId, upToEpoch);
}

/** Removes the same without telling anybody. */
export async function forgetEpochs(trx: Trx, accountId: number, upToEpoch: number): Promise<void> {
  const ids = await deleteChannelsOfEpochs(trx, accountId, upToEpoch);
  await forgetSources(trx, accountId, ids);
  await deleteAttemptsOfEpochs(trx, accountId, upToEpoch);
}
