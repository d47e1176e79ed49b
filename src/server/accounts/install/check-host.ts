import type { Context } from '../../context.ts';
import { parseAccountHost } from '../../kommo/account-host.ts';
import { isKommoError } from '../../kommo/errors.ts';
import { inspectHost } from '../../kommo/rest/account.ts';
import { noteHostLook } from './rows.ts';

const RECHECK_SECONDS = 2;

/**
 * The exchange sends our client secret, and anybody may name the host. So what nobody vouches for is looked at
 * first, without a secret: a page that welcomes a stranger is no account and gets nothing; what does not look
 * like an account waits behind what does.
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
    // The budget is used up by others, which says nothing about this host.
    await noteHostLook(context.db, name, { againInSeconds: RECHECK_SECONDS });
  }
}
