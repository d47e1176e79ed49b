import { sql } from 'kysely';
import type { Db } from './database.ts';
import { OPEN } from './install-codes.ts';

/** Whether a code of this host is still being worked on. */
export async function hasOpenInstallCode(db: Db, host: string): Promise<boolean> {
  const row = await db
    .selectFrom('install_codes')
    .select('id')
    .where('host', '=', host)
    .where('state', 'in', OPEN)
    .where('expires_at', '>', sql<Date>`now()`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * What the limits on fake install calls are counted from: calls of one host in the last minute that did
 * not lead to an install, and all codes nobody has worked off yet.
 */
export async function countUnprovenCodes(
  db: Db,
  host: string,
): Promise<{ ofHost: number; open: number }> {
  const { rows } = await sql<{ of_host: number; open: number }>`
    select
      (select count(*) from install_codes
        where host = ${host} and state <> 'done' and received_at > now() - interval '1 minute')::int as of_host,
      (select count(*) from install_codes
        where state in ('pending', 'exchanging', 'exchanged'))::int as open`.execute(db);
  return { ofHost: rows[0]?.of_host ?? 0, open: rows[0]?.open ?? 0 };
}

/** How many install calls turned out wrong in the last minute, over all hosts. */
export async function countRecentFailures(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('install_codes')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('failed_at', '>', sql<Date>`now() - interval '1 minute'`)
    .executeTakeFirstOrThrow();
  return count;
}

/** Codes that nobody works on although they are due: postponed, or left over by a crash. */
export async function listDueInstallCodes(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('install_codes')
    .select('id')
    .where('state', 'in', OPEN)
    .where('expires_at', '>', sql<Date>`now()`)
    .where(
      sql<Date>`coalesce(lease_until, received_at + interval '5 seconds')`,
      '<=',
      sql<Date>`now()`,
    )
    .orderBy('received_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}
