import { sql } from 'kysely';
import type { Db } from '../../platform/database/database.ts';

/** How far ahead a turn may lie: a process that dies with it loses no more. */
const LONGEST_WAIT_SECONDS = 5;

/**
 * Takes the channel's next turn to send, if it is near; of all processes, one at a time gets it.
 *
 * @returns `taken`, to be used after `waitSeconds`; otherwise after which time to ask again
 */
export async function takeTurn(
  db: Db,
  channelId: string,
  secondsBetween: number,
): Promise<{ isTaken: boolean; waitSeconds: number }> {
  const { rows } = await sql<{ taken: number | null; left: number | null }>`
    with turn as (
      update channels set send_after = greatest(send_after, clock_timestamp())
        + make_interval(secs => ${secondsBetween}::float8)
      where id = ${channelId}::uuid and (send_after is null
        or send_after <= clock_timestamp() + make_interval(secs => ${LONGEST_WAIT_SECONDS}::float8))
      returning extract(epoch from send_after - clock_timestamp())::float8 as until_next
    )
    select (select until_next from turn) as taken,
      (select extract(epoch from send_after - clock_timestamp())::float8 from channels
        where id = ${channelId}::uuid) as left`.execute(db);
  const { taken, left } = rows[0] ?? { taken: null, left: null };
  if (taken !== null) return { isTaken: true, waitSeconds: Math.max(0, taken - secondsBetween) };
  return { isTaken: false, waitSeconds: Math.max(1, (left ?? 0) - LONGEST_WAIT_SECONDS + 1) };
}
