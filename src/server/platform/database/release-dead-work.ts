import { sql } from 'kysely';
import type { Db } from './database.ts';

const LONG_AGO = sql<Date>`to_timestamp(0)`;

/**
 * Gives jobs back that are marked as being worked on, and ends every lease, no matter who holds it. Right only where
 * no other process works on this database: there a lease is what a killed process left behind, and waiting for its
 * end would keep the admin waiting, too. What the leases stood for stays: a refresh that was begun is still known as
 * begun.
 */
export async function releaseDeadWork(db: Db): Promise<void> {
  // One for each key may be tried again; another one of the key comes back by the queue's own means.
  await sql`
    update pgboss.job set state = 'retry', heartbeat_on = null
    where state = 'active' and not exists (
      select from pgboss.job other
      where other.name = job.name and other.state = 'retry' and other.singleton_key = job.singleton_key)
  `.execute(db);
  await db
    .updateTable('scopes')
    .set({ leaseOwner: null, leaseUntil: null })
    .where('leaseOwner', 'is not', null)
    .execute();
  await db
    .updateTable('grants')
    .set({ leaseUntil: LONG_AGO })
    .where('leaseOwner', 'is not', null)
    .execute();
  await db
    .updateTable('attempts')
    .set({ nextCheckAt: sql<Date>`now()` })
    .where('auth', '=', 'qr')
    .where('nextCheckAt', '>', sql<Date>`now()`)
    .execute();
  await db
    .updateTable('idempotencyKeys')
    .set({ leaseUntil: LONG_AGO })
    .where('status', 'is', null)
    .execute();
}
