import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from '../../accounts/rows.ts';
import { storeProfile } from '../../accounts/rows.ts';
import type { Context } from '../../context.ts';
import { connectChannel } from '../../kommo/amojo/connect.ts';
import type { Kommo } from '../../kommo/kommo.ts';
import { getAccount } from '../../kommo/rest/account.ts';
import { AppError } from '../../platform/app-error.ts';
import { holdLease, newLeaseOwner } from '../../platform/lease.ts';
import { claimScope, findScope, releaseScope, renewScopeClaim, storeScope } from './rows.ts';

const LEASE_SECONDS = 6;
const BEAT_MS = 2_000;

/** How long the others wait for the one that is connecting. */
const PATIENCE_MS = 20_000;
const RETRY_MS = 100;
const RETRY_AFTER_SECONDS = 5;

/**
 * The account's scope: the connection of the registered chat channel to it. Connects once per install epoch, no
 * matter how many callers on how many replicas ask at the same time; the scope is stored the moment Kommo
 * answers.
 *
 * @throws KommoError when Kommo refuses (`api` is `amojo`); AppError `temporarily_unavailable` when another
 *   caller takes too long to connect
 * @see https://developers.kommo.com/reference/connect-channel
 */
export async function ensureScope(
  context: Context,
  account: Account,
  kommo: Kommo = context.kommo,
): Promise<string> {
  const claim = {
    accountId: account.id,
    epoch: account.epoch,
    owner: newLeaseOwner(),
    seconds: LEASE_SECONDS,
  };
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    const known = await findScope(context.db, account.id, account.epoch);
    if (known !== undefined) return known;
    if (await claimScope(context.db, claim)) {
      return holdLease(
        BEAT_MS,
        () => renewScopeClaim(context.db, claim),
        () => connect(context, account, kommo, claim),
      );
    }
    await wait(RETRY_MS);
  }
  throw new AppError('temporarily_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

async function connect(
  context: Context,
  account: Account,
  kommo: Kommo,
  claim: Parameters<typeof claimScope>[1],
): Promise<string> {
  try {
    const amojoId = await amojoIdOf(context, account, kommo);
    const scopeId = await connectChannel(kommo, account.id, amojoId);
    const { id: accountId, epoch } = account;
    // Disabled while Kommo was answering: the scope is as dead as the epoch.
    if (!(await storeScope(context.db, { accountId, epoch, scopeId }))) {
      throw new AppError('kommo_reauthorize');
    }
    return scopeId;
  } catch (error) {
    await releaseScope(context.db, claim);
    throw error;
  }
}

/** Asks again if the install did not learn it: Kommo fills it in some time after an account is made. */
async function amojoIdOf(context: Context, account: Account, kommo: Kommo): Promise<string> {
  if (account.amojoId !== null) return account.amojoId;
  const profile = await getAccount(kommo, account.id);
  if (profile.amojoId === null) throw new AppError('channel_refused');
  await storeProfile(context.db, account.id, account.epoch, profile);
  return profile.amojoId;
}
