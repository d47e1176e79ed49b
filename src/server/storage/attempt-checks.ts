import { sql } from 'kysely';
import { type StoredAttempt, toAttempt } from './attempts.ts';
import type { Db } from './database.ts';
import { isRowId } from './row-id.ts';
import type { Secrets } from './secrets.ts';

/** What a stream needs to know about an open attempt to decide whether to look closer. */
export interface AttemptPulse {
  id: string;
  revision: number;
  /** A QR sign-in whose service may be asked again, or an attempt whose time is over. */
  needsLook: boolean;
}

/**
 * Takes the right to ask the chat service about a QR sign-in: nobody else may for `seconds`. Undefined when
 * it was asked too recently: any number of viewers, on any number of replicas, cost one question.
 */
export async function claimCheck(
  db: Db,
  secrets: Secrets,
  id: string,
  seconds: number,
): Promise<StoredAttempt | undefined> {
  const row = await db
    .updateTable('attempts')
    .set({ next_check_at: sql<Date>`now() + make_interval(secs => ${seconds})` })
    .where('id', '=', id)
    .where('state', 'in', ['starting', 'waiting'])
    .where('next_check_at', '<=', sql<Date>`now()`)
    .returningAll()
    .executeTakeFirst();
  return row && toAttempt(row, secrets);
}

/** Changes when the next question is allowed: later while one runs long, soon when it ended. */
export async function allowCheckIn(db: Db, id: string, seconds: number): Promise<void> {
  await db
    .updateTable('attempts')
    .set({ next_check_at: sql<Date>`now() + make_interval(secs => ${seconds})` })
    .where('id', '=', id)
    .execute();
}

/** The pulse of many attempts in one query. Attempts that no longer exist are missing. */
export async function readPulses(
  db: Db,
  ids: readonly string[],
  now: Date,
): Promise<AttemptPulse[]> {
  const rows = await db
    .selectFrom('attempts')
    .select(['id', 'revision'])
    .select(
      sql<boolean>`state in ('starting', 'waiting', 'confirm') and (
        expires_at <= ${now}::timestamptz
        or (auth = 'qr' and state <> 'confirm' and next_check_at <= now()))`.as('needs_look'),
    )
    .where('id', 'in', ids)
    .execute();
  return rows.map((row) => ({ id: row.id, revision: row.revision, needsLook: row.needs_look }));
}

/** The attempt this is the key of. An unknown attempt has no key. */
export async function findAttemptByKey(
  db: Db,
  secrets: Secrets,
  id: string,
  keyHash: string,
): Promise<StoredAttempt | undefined> {
  if (!isRowId(id)) return undefined;
  const row = await db
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

/**
 * Makes the next question due at once: the service itself said that something happened. A question under
 * way is left alone; it is allowed again soon enough.
 */
export async function allowChecksNow(db: Db, webhookId: string): Promise<void> {
  await db
    .updateTable('attempts')
    .set({ next_check_at: sql<Date>`now()` })
    .where('state', 'in', ['starting', 'waiting'])
    .where('next_check_at', '<=', sql<Date>`now() + interval '2 seconds'`)
    .where((where) => where.or([where('id', '=', webhookId), where('channel_id', '=', webhookId)]))
    .execute();
}
