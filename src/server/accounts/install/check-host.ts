import type { Context } from '../../context.ts';
import { parseAccountHost } from '../../kommo/account-host.ts';
import { isKommoError } from '../../kommo/errors.ts';
import { inspectHost } from '../../kommo/rest/account.ts';
import { noteHostLook } from './rows.ts';

const RECHECK_SECONDS = 2;

/**
 * Checks a host that nobody vouches for, without a secret, because the exchange sends our client secret and anybody
 * can name the host. A page that welcomes a stranger is no account and gets nothing; a host that does not look like
 * an account waits behind those that do.
 */
export async function checkHost(context: Context, { host: name }: { host: string }): Promise<void> {
  const host = parseAccountHost(name);
  const kommo = context.kommo.forInstall({ isVouched: false });
  try {
    await noteHostLook(
      context.db,
      name,
      host === undefined ? 'foreign' : await inspectHost(kommo, host),
    );
  } catch (error) {
    if (!isKommoError(error)) throw error;
    // Others have used up the budget, which says nothing about this host.
    await noteHostLook(context.db, name, { againInSeconds: RECHECK_SECONDS });
  }
}
