import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Work that a version which kept its own lists has left, as jobs: a queue's name, a payload, and when. */
export async function listLeftOverWork(
  db: Db,
): Promise<{ queue: string; data: object; afterSeconds: number }[]> {
  const { rows } = await sql<{ queue: string; data: object; afterSeconds: number }>`
    select 'sync' as queue, jsonb_build_object('accountId', account_id) as data,
      greatest(extract(epoch from next_attempt_at - now()), 1)::float8 as "afterSeconds"
    from syncs where requested > done and next_attempt_at is not null
    union all
    select 'sign-out', jsonb_build_object('signOutId', id, 'connector', connector), 1
    from session_endings
    union all
    select 'clean-up', jsonb_build_object('accountId', id, 'epoch', epoch - 1), 1
    from accounts where epoch > 1 and (
      exists (select from channels where account_id = accounts.id and channels.epoch < accounts.epoch)
      or exists (select from attempts where account_id = accounts.id and attempts.epoch < accounts.epoch))
  `.execute(db);
  return rows;
}
