import { saveInstalledAccount } from '../../src/server/accounts/rows.ts';
import { saveGrant, type TokenPair } from '../../src/server/kommo/grants/rows.ts';
import type { Db } from '../../src/server/platform/database/database.ts';
import type { Secrets } from '../../src/server/platform/database/secrets.ts';

/** When the pairs stored here were got. */
export const REFRESHED = new Date('2026-11-22T10:00:00Z');

/** A pair that tells itself from others. */
export function tokensOf(mark: string): TokenPair {
  return {
    accessToken: `access-${mark}`,
    refreshToken: `refresh-${mark}`,
    expiresAt: new Date('2026-11-23T10:00:00Z'),
    scopes: ['crm', 'notifications'],
    apiDomain: 'api-c.kommo.com',
  };
}

/** Stores an installed account with a pair of its own; no Kommo knows of either. */
export async function storeGrant(
  db: Db,
  secrets: Secrets,
  accountId: number,
  mark = 'first',
  refreshedAt: Date = REFRESHED,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const epoch = await saveInstalledAccount(trx, {
      id: accountId,
      host: `a${accountId}.kommo.com`,
      subdomain: `a${accountId}`,
      tld: 'kommo.com',
      name: 'Account',
      language: 'en',
      country: 'US',
      amojoId: null,
    });
    await saveGrant(trx, secrets, { accountId, epoch, ...tokensOf(mark), refreshedAt });
  });
}
