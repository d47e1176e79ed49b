import { createHash, randomUUID } from 'node:crypto';
import type { Parts } from '../../context.ts';
import type { AccountHost } from '../../kommo/account-host.ts';
import type { Db } from '../../platform/database/database.ts';
import { insertInstallCode } from './rows.ts';

/**
 * Stores Kommo's install call. Kommo sends it once, waits 3 seconds and never repeats it, so the code must be
 * safe before the answer, and no call is refused because others made some up: one statement, and nothing else
 * that could take time. The exchange is the sweep's work, which also drops what is too much.
 */
export async function receiveInstallCall(
  parts: Parts,
  call: { host: AccountHost; code: string },
): Promise<void> {
  await storeInstallCode(parts, parts.db, call);
}

/** Stores a code. @returns undefined when this very code was seen before */
export async function storeInstallCode(
  parts: Parts,
  db: Db,
  received: {
    host: AccountHost;
    code: string;
    expected?: { accountId: number; userId: number };
  },
): Promise<string | undefined> {
  const id = randomUUID();
  const { host } = received.host;
  const isNew = await insertInstallCode(db, parts.secrets, {
    id,
    host,
    code: received.code,
    codeHash: createHash('sha256').update(`${host} ${received.code}`).digest('base64url'),
    expected: received.expected,
  });
  return isNew ? id : undefined;
}
