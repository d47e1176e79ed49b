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

/**
 * Seals values again that were written under an older key, a few at a time, and logs when a key is no longer needed.
 * Call the result again and again: without a rotation each run reads one table of a row or two.
 */
export function rotateSecretKeys({ db, secrets, pace, log }: Context): () => Promise<void> {
  let restUntil = Number.NEGATIVE_INFINITY;
  const reported = new Set<string | number>();
  return async () => {
    if ((await listOlderKeys(db, secrets.writeKeyId)).length === 0) return;
    if (performance.now() < restUntil) return;
    for (const reseal of [resealGrants, resealChannels, resealConversations]) {
      const pass = newPass();
      while ((await reseal(db, secrets, RESEAL_LIMIT, pass)) > 0);
      for (const row of pass.unopened.filter((id) => !reported.has(id))) {
        reported.add(row);
        log.error(
          { row },
          'a stored secret opens with no key of SECRET_KEYS and keeps its old one',
        );
      }
    }
    for (const keyId of await retireSecretKeys(db, secrets.writeKeyId)) {
      log.info({ keyId }, 'no stored value needs this key any more; remove it from SECRET_KEYS');
    }
    restUntil = performance.now() + REST_MS * pace.sweeps;
  };
}
