import type { Context } from '../../context.ts';
import type { AccountHost } from '../../kommo/account-host.ts';
import { insertInstallCode } from './rows.ts';

/**
 * Stores Kommo's install call. Kommo sends it once, waits 3 seconds and never repeats it, so the code must be
 * safe before the answer, and no call is refused because of made-up ones: one statement, and nothing else that
 * takes time. `pickInstallWork` requests the exchange, and drops what is too much.
 */
export async function receiveInstallCall(
  { db, secrets }: Context,
  { host, code }: { host: AccountHost; code: string },
): Promise<void> {
  await insertInstallCode(db, secrets, { host: host.host, code });
}
