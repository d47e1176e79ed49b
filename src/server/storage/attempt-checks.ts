import { type RawBuilder, sql } from 'kysely';
import type { AttemptState } from '../../contract/api.ts';
import { type StoredAttempt, toAttempt } from './attempts.ts';
import type { Db } from './database.ts';
import { isRowId } from './row-id.ts';
import type { Secrets } from './secrets.ts';

/** What a stream needs to know about an attempt to decide whether to read it anew. */
export interface AttemptPulse {
  id: string;
  revision: number;
}

/** A QR sign-in whose service the holder may ask. `open` throws CannotUnseal. */
export interface ClaimedCheck {
  id: string;
  open: () => StoredAttempt;
}

const ASKED: AttemptState[] = ['starting', 'waiting'];

/** The pause from one question about a watched sign-in to the next. A scan must show within two seconds. */
export const WATCHED_PAUSE_SECONDS = 1.75;

/** The same when nobody looks on: the phone may still scan the code, and the service's event may be lost. */
const UNWATCHED_PAUSE_SECONDS = 12;

/** Further away than any pause: a question is under way. Should its process die, another one asks then. */
const ASKING_SECONDS = 5;

/** How long one look of a viewer counts. Widgets without a stream look again later than that: one question each. */
const WATCH_SECONDS = 1.5;

/** No question is under way. */
const IS_FREE = sql<boolean>`next_check_at <= now() + make_interval(secs => ${WATCHED_PAUSE_SECONDS})`;

/**
 * Takes the right to ask the chat service about a QR sign-in. Undefined while somebody is asking, and when
 * it is over. Whoever got it calls `allowCheckIn` at the end.
 */
export async function claimCheck(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<StoredAttempt | undefined> {
  const row = await db
    .updateTable('attempts')
    .set({ next_check_at: secondsFromNow(ASKING_SECONDS) })
    .where('id', '=', id)
    .where('state', 'in', ASKED)
    .where(IS_FREE)
    .returningAll()
    .executeTakeFirst();
  return row && toAttempt(row, secrets);
}

/**
 * Takes the right to ask one service about QR sign-ins that nobody asked about for long enough: seconds where
 * somebody looks on, longer elsewhere. Each is opened by itself, so that one that cannot be opened spoils
 * no other.
 */
export async function claimDueChecks(
  db: Db,
  secrets: Secrets,
  of: { connector: string; limit: number },
): Promise<ClaimedCheck[]> {
  const due = db
    .selectFrom('attempts')
    .select('id')
    .where('auth', '=', 'qr')
    .where('connector', '=', of.connector)
    .where('state', 'in', ASKED)
    .where('session', 'is not', null)
    .where('next_check_at', '<=', sql<Date>`now()`)
    .where((where) =>
      where.or([
        where('watched_until', '>', sql<Date>`now()`),
        where(
          'next_check_at',
          '<=',
          secondsFromNow(WATCHED_PAUSE_SECONDS - UNWATCHED_PAUSE_SECONDS),
        ),
      ]),
    )
    .orderBy('next_check_at')
    .limit(of.limit)
    .forUpdate()
    .skipLocked();
  const rows = await db
    .updateTable('attempts')
    .set({ next_check_at: secondsFromNow(ASKING_SECONDS) })
    .where('id', 'in', due)
    .where('next_check_at', '<=', sql<Date>`now()`)
    .returningAll()
    .execute();
  return rows.map((row) => ({ id: row.id, open: () => toAttempt(row, secrets) }));
}

/** Says when the worker may ask next: far away while a question runs long, after the pause when it ended. */
export async function allowCheckIn(db: Db, id: string, seconds: number): Promise<void> {
  await db
    .updateTable('attempts')
    .set({ next_check_at: secondsFromNow(seconds) })
    .where('id', '=', id)
    .execute();
}

/**
 * Makes the next question due for whoever comes first: the service itself said that something happened. A
 * question under way is left alone.
 *
 * @returns the open QR sign-ins that the webhook address serves
 */
export async function allowChecksNow(db: Db, webhookId: string): Promise<string[]> {
  const dueForAll = secondsFromNow(-UNWATCHED_PAUSE_SECONDS);
  const rows = await db
    .updateTable('attempts')
    .set({
      next_check_at: sql<Date>`case when ${IS_FREE} then ${dueForAll} else next_check_at end`,
    })
    .where('auth', '=', 'qr')
    .where('state', 'in', ASKED)
    .where((where) => where.or([where('id', '=', webhookId), where('channel_id', '=', webhookId)]))
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/** Has the worker ask more often about these QR sign-ins for a moment: somebody looks on. */
export async function markWatched(db: Db, ids: readonly string[]): Promise<void> {
  await db
    .updateTable('attempts')
    .set({ watched_until: secondsFromNow(WATCH_SECONDS) })
    .where('id', 'in', ids)
    .where('auth', '=', 'qr')
    .where('state', 'in', ASKED)
    .execute();
}

/** The pulse of many attempts in one query. Attempts that no longer exist are missing. */
export async function readPulses(db: Db, ids: readonly string[]): Promise<AttemptPulse[]> {
  return db.selectFrom('attempts').select(['id', 'revision']).where('id', 'in', ids).execute();
}

/** The attempt this is the key of, marked as watched. An unknown attempt has no key. */
export async function findAttemptByKey(
  db: Db,
  secrets: Secrets,
  id: string,
  keyHash: string,
): Promise<StoredAttempt | undefined> {
  if (!isRowId(id)) return undefined;
  const row = await db
    .with('marked', (cte) =>
      cte
        .updateTable('attempts')
        .set({ watched_until: secondsFromNow(WATCH_SECONDS) })
        .where('id', '=', id)
        .where('key_hash', '=', keyHash)
        .where('auth', '=', 'qr')
        .where('state', 'in', ASKED)
        // Whoever looks without pause writes no more than is needed.
        .where(
          sql<boolean>`coalesce(watched_until, to_timestamp(0)) < now() + make_interval(secs => ${WATCH_SECONDS / 2})`,
        )
        .returning('id'),
    )
    .selectFrom('attempts')
    .selectAll()
    .where('id', '=', id)
    .where('key_hash', '=', keyHash)
    .executeTakeFirst();
  return row && toAttempt(row, secrets);
}

/**
 * Spends the OAuth state it belongs to. `isFirst` is false when somebody came with it before; undefined
 * when no attempt of this connector knows the state.
 */
export async function spendOAuthState(
  db: Db,
  secrets: Secrets,
  stateHash: string,
  connector: string,
): Promise<{ attempt: StoredAttempt; isFirst: boolean } | undefined> {
  const spent = await db
    .updateTable('attempts')
    .set({ oauth_state_used: true })
    .where('oauth_state_hash', '=', stateHash)
    .where('connector', '=', connector)
    .where('oauth_state_used', '=', false)
    .returningAll()
    .executeTakeFirst();
  if (spent) return { attempt: toAttempt(spent, secrets), isFirst: true };
  const known = await db
    .selectFrom('attempts')
    .selectAll()
    .where('oauth_state_hash', '=', stateHash)
    .where('connector', '=', connector)
    .executeTakeFirst();
  return known && { attempt: toAttempt(known, secrets), isFirst: false };
}

function secondsFromNow(seconds: number): RawBuilder<Date> {
  return sql<Date>`now() + make_interval(secs => ${seconds})`;
}
