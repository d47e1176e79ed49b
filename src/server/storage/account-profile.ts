import { sql } from 'kysely';
import type { Db } from './database.ts';

/** What Kommo says about an account and may change there at any time. */
export interface AccountProfile {
  name: string;
  language: string;
  country: string;
  amojoId: string | null;
}

/** Takes the right to ask Kommo about the account again, unless somebody did within `seconds`. */
export async function claimProfileRefresh(
  db: Db,
  accountId: number,
  seconds: number,
): Promise<boolean> {
  const row = await db
    .updateTable('accounts')
    .set({ refreshed_at: sql<Date>`now()` })
    .where('id', '=', accountId)
    .where((where) =>
      where.or([
        where('refreshed_at', 'is', null),
        where('refreshed_at', '<', sql<Date>`now() - make_interval(secs => ${seconds})`),
      ]),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Keeps what Kommo said, unless the install epoch ended meanwhile. */
export async function storeProfile(
  db: Db,
  accountId: number,
  epoch: number,
  profile: AccountProfile,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set({
      name: profile.name,
      language: profile.language,
      country: profile.country,
      // The amojo id never changes; an answer without it must not lose it.
      ...(profile.amojoId !== null && { amojo_id: profile.amojoId }),
    })
    .where('id', '=', accountId)
    .where('epoch', '=', epoch)
    .execute();
}
