import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '../app-error.ts';
import type { AccountHost } from '../kommo/account-host.ts';
import type { Parts } from '../parts.ts';
import type { Trx } from '../storage/database.ts';
import { countUnprovenCodes } from '../storage/install-code-lists.ts';
import { insertInstallCode } from '../storage/install-codes.ts';
import { transaction } from '../storage/transaction.ts';

/** Fake install calls one host may receive in a minute. An administrator installs once. */
const MOST_CALLS_OF_HOST = 10;

/** Codes waiting to be exchanged. A burst of real installs is worked off long before. */
const MOST_OPEN_CODES = 5_000;

const RETRY_AFTER_SECONDS = 60;

/**
 * Stores Kommo's install call. Kommo sends it once, waits 3 seconds and never repeats it, so the code
 * must be safe before the answer; the exchange is a job's work. The limits are on calls that led to no
 * install. Whoever uses them up can make a real call miss; the consent offered in the widget, which they
 * do not touch, then takes its place.
 *
 * @throws AppError `rate_limited` when the host received too many made-up calls
 */
export async function receiveInstallCall(
  parts: Parts,
  call: { host: AccountHost; code: string },
): Promise<void> {
  const { ofHost, open } = await countUnprovenCodes(parts.db, call.host.host);
  if (ofHost >= MOST_CALLS_OF_HOST || open >= MOST_OPEN_CODES) {
    throw new AppError('rate_limited', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  await transaction(parts.db, (trx) => storeInstallCode(parts, trx, call));
}

/** Stores a code and the job that exchanges it. @returns undefined when this very code was seen before */
export async function storeInstallCode(
  parts: Parts,
  trx: Trx,
  received: {
    host: AccountHost;
    code: string;
    expected?: { accountId: number; userId: number };
  },
): Promise<string | undefined> {
  const id = randomUUID();
  const { host } = received.host;
  const isNew = await insertInstallCode(trx, parts.secrets, {
    id,
    host,
    code: received.code,
    codeHash: createHash('sha256').update(`${host} ${received.code}`).digest('base64url'),
    expected: received.expected,
  });
  if (!isNew) return undefined;
  await parts.jobs.send(trx, 'exchange-install-code', { codeId: id });
  return id;
}
