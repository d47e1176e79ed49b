import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Whether another job of the queue is being worked on under the same key; read from pg-boss's own table. */
export async function isKeyBusy(
  db: Db,
  job: { queue: string; key: string | null; id: string },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pgboss.job
    where name = ${job.queue} and group_id = ${job.key} and state = 'active' and id <> ${job.id}`.execute(
    db,
  );
  return rows.length > 0;
}
