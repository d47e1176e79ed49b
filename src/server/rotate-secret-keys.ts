import { resealPictures } from './channels/pictures/rows.ts';
import { resealChannels } from './channels/rows.ts';
import type { Context } from './context.ts';
import { resealGrants } from './kommo/grants/rows.ts';
import { resealConversations } from './messages/rows.ts';
import { listOlderKeys, retireSecretKeys } from './platform/database/key-checks.ts';
import { newPass } from './platform/database/reseal.ts';

const RESEAL_LIMIT = 100;

/**
 * Short-lived values keep their key until they are gone, which takes a day. Until then each pass reads through
 * the tables for nothing, so two passes are well apart.
 */
const REST_MS = 10 * 60_000;

/** What a rotation came to. */
export interface Rotation {
  /** Rows sealed again under the first key. */
  sealed: number;
  /** Ids of rows that open with no key of `SECRET_KEYS` and keep theirs. */
  unopened: (string | number)[];
  /** Keys that no stored value needs any more. */
  retired: string[];
}

/**
 * Seals values again that were written under an older key, and logs when a key is no longer needed. Call the result
 * again and again: without a rotation each run reads one table of a row or two.
 */
export function rotateSecretKeys({ db, secrets, pace, log }: Context): () => Promise<void> {
  let restUntil = Number.NEGATIVE_INFINITY;
  const reported = new Set<string | number>();
  return async () => {
    if ((await listOlderKeys(db, secrets.writeKeyId)).length === 0) return;
    if (performance.now() < restUntil) return;
    const { unopened, retired } = await rotateNow({ db, secrets });
    for (const row of unopened.filter((id) => !reported.has(id))) {
      reported.add(row);
      log.error({ row }, 'a stored secret opens with no key of SECRET_KEYS and keeps its old one');
    }
    for (const keyId of retired) {
      log.info({ keyId }, 'no stored value needs this key any more; remove it from SECRET_KEYS');
    }
    restUntil = performance.now() + REST_MS * pace.sweeps;
  };
}

/**
 * One pass over everything that is kept: seals again what is sealed under an older key, a few rows at a time, and
 * forgets the keys that nothing needs any more.
 */
export async function rotateNow({
  db,
  secrets,
}: Pick<Context, 'db' | 'secrets'>): Promise<Rotation> {
  let sealed = 0;
  const unopened: Rotation['unopened'] = [];
  for (const reseal of [resealGrants, resealChannels, resealPictures, resealConversations]) {
    const pass = newPass();
    let count: number;
    do {
      count = await reseal(db, secrets, RESEAL_LIMIT, pass);
      sealed += count;
    } while (count > 0);
    unopened.push(...pass.unopened);
  }
  return { sealed, unopened, retired: await retireSecretKeys(db, secrets.writeKeyId) };
}
