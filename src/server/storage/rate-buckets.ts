import { sql } from 'kysely';
import type { Db } from './database.ts';

/** What `reserveInstant` found. Times are in milliseconds. */
export interface ReservedInstant {
  outcome: 'reserved' | 'behind' | 'paused';
  /** From the database's now. */
  waitMs: number;
  /** The instant found, and what the database's clock showed, since 1970. */
  instant: number;
  clock: number;
}

/** Buckets nobody used for this long are forgotten; an absent bucket is a free one. */
const FORGET_AFTER_HOURS = 24;

/**
 * Reserves the first instant that is free in all of `buckets`, at least `leadMs` and at most `maxWaitMs`
 * away, and puts each bucket's next instant `spacingMs` behind it. One statement on the database's own
 * clock: replicas need not agree on the time, and no two get the same instant.
 */
export async function reserveInstant(
  db: Db,
  wish: { buckets: readonly string[]; spacingMs: number; leadMs: number; maxWaitMs: number },
): Promise<ReservedInstant> {
  const names = sql.join(wish.buckets.map((bucket) => sql`${bucket}::text`));
  for (;;) {
    // Rows are locked in the order of their names, here and in `pauseBucket`: no two callers wait for each other.
    const { rows } = await sql<{
      outcome: ReservedInstant['outcome'] | 'missing';
      wait_ms: number;
      instant: number;
      clock: number;
    }>`
      with mine as materialized (
        select next_at, paused_until from rate_buckets
        where bucket in (${names}) order by bucket for update
      ), state as (
        select count(*) as found, max(paused_until) as paused_until, clock_timestamp() as at,
          greatest(max(next_at), clock_timestamp() + ${milliseconds(wish.leadMs)}) as instant
        from mine
      ), verdict as materialized (
        select paused_until, at, instant, case
          when found < ${wish.buckets.length}::int then 'missing'
          when paused_until > at then 'paused'
          when instant > at + ${milliseconds(wish.maxWaitMs)} then 'behind'
          else 'reserved' end as outcome
        from state
      ), taken as (
        update rate_buckets set next_at = verdict.instant + ${milliseconds(wish.spacingMs)}
        from verdict where bucket in (${names}) and verdict.outcome = 'reserved'
      )
      select outcome, greatest(0, extract(epoch from
        case outcome when 'paused' then paused_until else instant end - at) * 1000)::float8 as wait_ms,
        (extract(epoch from instant) * 1000)::float8 as instant,
        (extract(epoch from at) * 1000)::float8 as clock
      from verdict`.execute(db);
    const [row] = rows;
    if (row && row.outcome !== 'missing') {
      const { outcome, wait_ms: waitMs, instant, clock } = row;
      return { outcome, waitMs, instant, clock };
    }
    await sql`
      insert into rate_buckets (bucket, next_at)
      select bucket, clock_timestamp() from unnest(array[${names}]) as bucket order by bucket
      on conflict do nothing`.execute(db);
  }
}

/**
 * Stops a bucket for a time; a longer stop stays. When a third bucket is stopped too, the limit is
 * evidently shared, and so is the stop.
 */
export async function pauseBucket(
  db: Db,
  wish: { bucket: string; sharedBucket: string; pauseMs: number },
): Promise<void> {
  const { bucket, sharedBucket, pauseMs } = wish;
  await sql`
    with mine as materialized (
      select bucket from rate_buckets
      where bucket in (${bucket}::text, ${sharedBucket}::text) order by bucket for update
    ), others as materialized (
      select count(*) as stopped from rate_buckets
      where bucket not in (${bucket}::text, ${sharedBucket}::text) and paused_until > clock_timestamp()
    )
    update rate_buckets as stopping
    set paused_until = greatest(stopping.paused_until, clock_timestamp() + ${milliseconds(pauseMs)})
    from mine, others
    where stopping.bucket = mine.bucket and (mine.bucket = ${bucket}::text or others.stopped > 0)`.execute(
    db,
  );
}

/** Forgets buckets that limit nothing any more, so that the table does not grow with every host ever seen. */
export async function forgetIdleBuckets(db: Db): Promise<void> {
  await sql`
    delete from rate_buckets
    where next_at < clock_timestamp() - make_interval(hours => ${FORGET_AFTER_HOURS}::int)
      and (paused_until is null or paused_until < clock_timestamp())`.execute(db);
}

function milliseconds(amount: number) {
  return sql`make_interval(secs => ${amount / 1000}::float8)`;
}
