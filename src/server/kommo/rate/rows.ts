import { sql } from 'kysely';
import type { Db } from '../../platform/database/database.ts';

/** What `reserveInstant` found. Times are in milliseconds. */
export interface Reservation {
  /**
   * `reserved`: leave at `instant`. Nothing is reserved when it is `behind` (the next free instant is later than
   * asked for), `planned` (the installation has an instant already) or `paused` (Kommo asked for silence).
   */
  outcome: 'reserved' | 'behind' | 'planned' | 'paused';
  /** How far away that is, from the database's now. */
  waitMs: number;
  /** The instant found, and what the database's clock showed, since 1970. */
  instant: number;
  clock: number;
}

/** Refusals and requests further back say nothing about this moment. */
const WINDOW_SECONDS = 20;

/** Fewer installations than this never prove that our address is meant; their limits may just coincide. */
const LEAST_WITNESSES = 5;

/** A stop of all begins short, and doubles while the first requests after it are refused. */
const FIRST_SHARED_STOP_SECONDS = 5;
const LONGEST_SHARED_STOP_SECONDS = 300;

/** The chat API's bucket. It is no installation, and says nothing about the limit of our address. */
export const AMOJO_BUCKET = 'amojo';

/** Buckets nobody used for this long are forgotten; an absent bucket is a free one. */
const FORGET_AFTER_HOURS = 24;

/**
 * Reserves the first instant that is free in all of `buckets`, at least `leadMs` and at most `maxWaitMs`
 * away, and puts each bucket's next instant `spacingMs` behind it. One statement on the database's own
 * clock: replicas need not agree on the time, and no two get the same instant. The bucket `single` gets one
 * instant at a time: while one is still ahead, no other is reserved.
 */
export async function reserveInstant(
  db: Db,
  request: {
    buckets: readonly string[];
    /** The one of them that may have a single instant ahead at a time. */
    single?: string;
    /** Distance to the next instant of the same bucket. */
    spacingMs: number;
    /** Earliest instant, from now. */
    leadMs: number;
    /** Latest instant, from now; beyond it nothing is reserved. */
    maxWaitMs: number;
  },
): Promise<Reservation> {
  const names = sql.join(request.buckets.map((bucket) => sql`${bucket}::text`));
  for (;;) {
    // Rows are locked in the order of their names, here and in `pauseBucket`: no two callers wait for each other.
    const { rows } = await sql<
      Omit<Reservation, 'outcome'> & { outcome: Reservation['outcome'] | 'missing' }
    >`
      with mine as materialized (
        select bucket, next_at, paused_until from rate_buckets
        where bucket in (${names}) order by bucket for update
      ), state as (
        select count(*) as found, max(paused_until) as paused_until, clock_timestamp() as at,
          greatest(max(next_at), clock_timestamp() + ${milliseconds(request.leadMs)}) as instant,
          max(next_at) filter (where bucket = ${request.single ?? null}::text)
            - ${milliseconds(request.spacingMs)} as planned
        from mine
      ), verdict as materialized (
        select paused_until, at, instant, planned, case
          when found < ${request.buckets.length}::int then 'missing'
          when paused_until > at then 'paused'
          when planned > at then 'planned'
          when instant > at + ${milliseconds(request.maxWaitMs)} then 'behind'
          else 'reserved' end as outcome
        from state
      ), taken as (
        update rate_buckets set next_at = verdict.instant + ${milliseconds(request.spacingMs)}
        from verdict where bucket in (${names}) and verdict.outcome = 'reserved'
      )
      select outcome, greatest(0, extract(epoch from
        case outcome when 'paused' then paused_until when 'planned' then planned else instant end - at) * 1000)::float8 as wait_ms,
        (extract(epoch from instant) * 1000)::float8 as instant,
        (extract(epoch from at) * 1000)::float8 as clock
      from verdict`.execute(db);
    const [row] = rows;
    if (row && row.outcome !== 'missing') return { ...row, outcome: row.outcome };
    await sql`
      insert into rate_buckets (bucket, next_at)
      select bucket, clock_timestamp() from unnest(array[${names}]) as bucket order by bucket
      on conflict do nothing`.execute(db);
  }
}

/**
 * Stops a bucket for a time; a longer stop stays. All are stopped only on evidence that our address is meant:
 * when of the installations that sent something lately at least half were refused, and several of them; or when
 * somebody is refused right after such a stop, whose end is a probe.
 */
export async function pauseBucket(
  db: Db,
  { bucket, sharedBucket, pauseMs }: { bucket: string; sharedBucket: string; pauseMs: number },
): Promise<void> {
  const since = sql`clock_timestamp() - make_interval(secs => ${WINDOW_SECONDS})`;
  await sql`
    with mine as materialized (
      select bucket, stops, paused_until from rate_buckets
      where bucket in (${bucket}::text, ${sharedBucket}::text) order by bucket for update
    ), witnesses as materialized (
      select
        (select count(*) from rate_buckets
          where refused_at > ${since} and bucket <> ${bucket}::text) + 1 as refused,
        (select count(*) from rate_buckets
          where next_at > ${since}
            and bucket not in (${sharedBucket}::text, ${AMOJO_BUCKET}::text)) as active
    ), shared as materialized (
      select bucket, case when paused_until > ${since} then least(stops, 20) else 0 end as stops
      from mine, witnesses
      where bucket = ${sharedBucket}::text
        and (paused_until is null or paused_until <= clock_timestamp())
        and ((stops > 0 and paused_until > ${since})
          or refused >= greatest(${LEAST_WITNESSES}::int, active / 2.0))
    ), stopped as (
      update rate_buckets as stopping
      set stops = shared.stops + 1, paused_until = clock_timestamp() + least(
        make_interval(secs => ${LONGEST_SHARED_STOP_SECONDS}),
        make_interval(secs => ${FIRST_SHARED_STOP_SECONDS}) * 2 ^ shared.stops)
      from shared where stopping.bucket = shared.bucket
    )
    update rate_buckets as stopping
    set refused_at = clock_timestamp(),
      paused_until = greatest(stopping.paused_until, clock_timestamp() + ${milliseconds(pauseMs)})
    from mine where stopping.bucket = mine.bucket and mine.bucket = ${bucket}::text`.execute(db);
}

/** How much longer a bucket is stopped, in milliseconds. */
export async function pauseLeft(db: Db, bucket: string): Promise<number> {
  const { rows } = await sql<{ leftMs: number }>`
    select greatest(0, extract(epoch from paused_until - clock_timestamp()) * 1000)::float8 as left_ms
    from rate_buckets where bucket = ${bucket}::text and paused_until is not null`.execute(db);
  return rows[0]?.leftMs ?? 0;
}

/** Stops one bucket for a time, whatever the others do; a longer stop stays. */
export async function stopBucket(db: Db, bucket: string, pauseMs: number): Promise<void> {
  const until = sql`clock_timestamp() + ${milliseconds(pauseMs)}`;
  await sql`
    insert into rate_buckets as stopping (bucket, next_at, paused_until)
    values (${bucket}::text, clock_timestamp(), ${until})
    on conflict (bucket) do update
    set paused_until = greatest(stopping.paused_until, excluded.paused_until)`.execute(db);
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
