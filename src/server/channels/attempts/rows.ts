import { type RawBuilder, type Selectable, sql, type Updateable } from 'kysely';
import type { AttemptReason, AttemptState, LinkedAccount } from '../../../contract/api.ts';
import type { Linked } from '../../connectors/connector.ts';
import type { Db, Trx } from '../../platform/database/database.ts';
import { deleteInBatches } from '../../platform/database/delete-in-batches.ts';
import type { AttemptsTable } from '../../platform/database/schema.ts';
import type { SealContext, Secrets } from '../../platform/database/secrets.ts';
import { isRowId } from '../rows.ts';

/** What the administrator's screen shows while an attempt is open. */
export interface Shown {
  authorizeUrl?: string;
  qr?: { value: string; expiresAt: string; refreshed: number; refreshes: number };
  pairingCode?: string;
}

/** A signed-in account as its connector reported it, waiting for the administrator's consent. */
export type Candidate = Linked & {
  /** What the administrator may see of an API key later. */
  keyEnding?: string;
};

/** An attempt with its secrets opened: never log one. Secrets that cannot be opened are missing. */
export interface StoredAttempt
  extends Omit<Selectable<AttemptsTable>, 'shown' | 'session' | 'candidate' | 'webhookSecret'> {
  shown: Shown;
  session: Record<string, unknown> | null;
  candidate: Candidate | null;
  /** Null once the attempt is over. */
  webhookSecret: string | null;
  /** False when a stored secret cannot be opened: an open attempt can then only be ended. */
  isReadable: boolean;
}

export interface NewAttempt
  extends Pick<StoredAttempt, 'id' | 'accountId' | 'epoch' | 'userId' | 'connector' | 'auth'>,
    Pick<StoredAttempt, 'channelId' | 'keyHash' | 'oauthStateHash' | 'openerOrigin' | 'expiresAt'> {
  webhookSecret: string;
  now: Date;
}

/** A change to an open attempt. What is left out stays; ending it forgets every secret. */
export interface AttemptChange {
  state?: AttemptState;
  reason?: AttemptReason | null;
  account?: LinkedAccount | null;
  shown?: Shown;
  session?: Record<string, unknown>;
  candidate?: Candidate | null;
  resultChannelId?: string;
  hasShownCode?: true;
  warnedOf?: AttemptReason;
  now: Date;
}

export const LIVE = ['starting', 'waiting', 'confirm'] as const;

export function isLive(state: AttemptState): boolean {
  return (LIVE as readonly string[]).includes(state);
}

export async function insertAttempt(
  trx: Trx,
  secrets: Secrets,
  { now, ...attempt }: NewAttempt,
): Promise<void> {
  await trx
    .insertInto('attempts')
    .values({
      ...attempt,
      state: 'starting',
      webhookSecret: secrets.seal(attempt.webhookSecret, place(attempt.id, 'webhook_secret')),
      nextCheckAt: sql<Date>`now()`,
      createdAt: now,
      updatedAt: now,
    })
    .execute();
}

export async function findAttempt(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<StoredAttempt | undefined> {
  if (!isRowId(id)) return undefined;
  const row = await db.selectFrom('attempts').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toAttempt(row, secrets);
}

/** The attempt, taken for this transaction. */
export async function lockAttempt(
  trx: Trx,
  secrets: Secrets,
  id: string,
): Promise<StoredAttempt | undefined> {
  const row = await trx
    .selectFrom('attempts')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row && toAttempt(row, secrets);
}

/**
 * Changes an attempt that is still open. Undefined when it is over, or when it has another revision than the one
 * given.
 */
export async function changeAttempt(
  db: Db,
  secrets: Secrets,
  id: string,
  change: AttemptChange,
  revision?: number,
): Promise<StoredAttempt | undefined> {
  let query = db
    .updateTable('attempts')
    .set({ ...changedColumns(secrets, id, change), revision: sql`revision + 1` })
    .where('id', '=', id)
    .where('state', 'in', LIVE);
  if (revision !== undefined) query = query.where('revision', '=', revision);
  const row = await query.returningAll().executeTakeFirst();
  return row && toAttempt(row, secrets);
}

function changedColumns(
  secrets: Secrets,
  id: string,
  change: AttemptChange,
): Updateable<AttemptsTable> {
  const { now, account, shown, session, candidate, ...plain } = change;
  const columns = {
    ...plain,
    updatedAt: now,
    ...(account !== undefined && { account: JSON.stringify(account) }),
  };
  if (change.state !== undefined && !isLive(change.state)) {
    return { ...columns, shown: null, session: null, candidate: null, webhookSecret: null };
  }
  const seal = (value: object | null | undefined, column: string) =>
    value && secrets.seal(JSON.stringify(value), place(id, column));
  return {
    ...columns,
    shown: seal(shown, 'shown'),
    session: seal(session, 'session'),
    candidate: seal(candidate, 'candidate'),
  };
}

/** Opens a row, as far as it can be opened. Never log the result. */
function toAttempt(row: Selectable<AttemptsTable>, secrets: Secrets): StoredAttempt {
  let isReadable = true;
  const open = (sealed: string | null, column: string) => {
    if (sealed === null) return null;
    const opened = secrets.tryUnseal(sealed, place(row.id, column));
    if (opened === undefined) isReadable = false;
    return opened ?? null;
  };
  const opened = {
    shown: JSON.parse(open(row.shown, 'shown') ?? '{}'),
    session: JSON.parse(open(row.session, 'session') ?? 'null'),
    candidate: JSON.parse(open(row.candidate, 'candidate') ?? 'null'),
    webhookSecret: open(row.webhookSecret, 'webhook_secret'),
  };
  return { ...row, ...opened, isReadable };
}

/** @throws CannotUnseal */
export function openWebhookSecret(
  secrets: Secrets,
  id: string,
  sealed: string,
): string | undefined {
  return secrets.tryUnseal(sealed, place(id, 'webhook_secret'));
}

function place(id: string, column: string): SealContext {
  return `attempts:${id}:${column}`;
}

/** A QR sign-in whose service the holder may ask. `open` throws CannotUnseal. */
export interface ClaimedCheck {
  id: string;
  open: () => StoredAttempt;
}

const ASKED: AttemptState[] = ['starting', 'waiting'];

/** The pause between two questions about a watched sign-in. A scan must show within two seconds. */
export const WATCHED_PAUSE_SECONDS = 1.75;

/** The same while no one watches: the phone may still scan the code, and the service's event may be lost. */
const UNWATCHED_PAUSE_SECONDS = 12;

/** Longer than any pause: a question is under way. If its process dies, another one asks after this. */
const ASKING_SECONDS = 5;

/** How long an attempt counts as watched after it was read. Widgets without a stream poll less often than that. */
const WATCH_SECONDS = 1.5;

/** No question is under way. */
const IS_FREE = sql<boolean>`next_check_at <= now() + make_interval(secs => ${WATCHED_PAUSE_SECONDS})`;

/**
 * Claims the right to ask the chat service about a QR sign-in. Undefined while a question is under way, and when the
 * attempt is over. Call `allowCheckIn` at the end.
 */
export async function claimCheck(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<StoredAttempt | undefined> {
  const row = await db
    .updateTable('attempts')
    .set({ nextCheckAt: secondsFromNow(ASKING_SECONDS) })
    .where('id', '=', id)
    .where('state', 'in', ASKED)
    .where(IS_FREE)
    .returningAll()
    .executeTakeFirst();
  return row && toAttempt(row, secrets);
}

/**
 * Claims the right to ask one service about QR sign-ins whose last question is long enough ago: seconds where
 * someone watches, longer elsewhere. Each is opened by itself, so that one that cannot be opened spoils no
 * other.
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
    .where('nextCheckAt', '<=', sql<Date>`now()`)
    .where((where) =>
      where.or([
        where('watchedUntil', '>', sql<Date>`now()`),
        where('nextCheckAt', '<=', secondsFromNow(WATCHED_PAUSE_SECONDS - UNWATCHED_PAUSE_SECONDS)),
      ]),
    )
    .orderBy('nextCheckAt')
    .limit(of.limit)
    .forUpdate()
    .skipLocked();
  const rows = await db
    .updateTable('attempts')
    .set({ nextCheckAt: secondsFromNow(ASKING_SECONDS) })
    .where('id', 'in', due)
    .where('nextCheckAt', '<=', sql<Date>`now()`)
    .returningAll()
    .execute();
  return rows.map((row) => ({ id: row.id, open: () => toAttempt(row, secrets) }));
}

/** Sets when the worker may ask next: far away while a question runs long, after the pause when it ended. */
export async function allowCheckIn(db: Db, id: string, seconds: number): Promise<void> {
  await db
    .updateTable('attempts')
    .set({ nextCheckAt: secondsFromNow(seconds) })
    .where('id', '=', id)
    .execute();
}

/**
 * Makes the next question due at once: the service itself said that something happened. Leaves a question under
 * way alone.
 *
 * @returns the open QR sign-ins that the webhook address serves
 */
export async function allowChecksNow(db: Db, webhookId: string): Promise<string[]> {
  const dueForAll = secondsFromNow(-UNWATCHED_PAUSE_SECONDS);
  const rows = await db
    .updateTable('attempts')
    .set({
      nextCheckAt: sql<Date>`case when ${IS_FREE} then ${dueForAll} else next_check_at end`,
    })
    .where('auth', '=', 'qr')
    .where('state', 'in', ASKED)
    .where((where) => where.or([where('id', '=', webhookId), where('channelId', '=', webhookId)]))
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/** Has the worker ask more often about these QR sign-ins for a moment: someone is watching. */
export async function markWatched(db: Db, ids: readonly string[]): Promise<void> {
  await db
    .updateTable('attempts')
    .set({ watchedUntil: secondsFromNow(WATCH_SECONDS) })
    .where('id', 'in', ids)
    .where('auth', '=', 'qr')
    .where('state', 'in', ASKED)
    .execute();
}

/** The revisions of many attempts in one query, by id. Attempts that no longer exist are missing. */
export async function readRevisions(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  const query = db.selectFrom('attempts').select(['id', 'revision']).where('id', 'in', ids);
  return new Map((await query.execute()).map(({ id, revision }) => [id, revision]));
}

/** The attempt this is the key of, marked as watched. */
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
        .set({ watchedUntil: secondsFromNow(WATCH_SECONDS) })
        .where('id', '=', id)
        .where('keyHash', '=', keyHash)
        .where('auth', '=', 'qr')
        .where('state', 'in', ASKED)
        // A viewer that polls without pause causes no more writes than needed.
        .where(
          sql<boolean>`coalesce(watched_until, to_timestamp(0)) < now() + make_interval(secs => ${WATCH_SECONDS / 2})`,
        )
        .returning('id'),
    )
    .selectFrom('attempts')
    .selectAll()
    .where('id', '=', id)
    .where('keyHash', '=', keyHash)
    .executeTakeFirst();
  return row && toAttempt(row, secrets);
}

/**
 * Spends an OAuth state. `isFirst` is false when it was spent before; undefined when no attempt of this connector
 * has this state.
 */
export async function spendOAuthState(
  db: Db,
  secrets: Secrets,
  stateHash: string,
  connector: string,
): Promise<{ attempt: StoredAttempt; isFirst: boolean } | undefined> {
  const spent = await db
    .updateTable('attempts')
    .set({ oauthStateUsed: true })
    .where('oauthStateHash', '=', stateHash)
    .where('connector', '=', connector)
    .where('oauthStateUsed', '=', false)
    .returningAll()
    .executeTakeFirst();
  if (spent) return { attempt: toAttempt(spent, secrets), isFirst: true };
  const known = await db
    .selectFrom('attempts')
    .selectAll()
    .where('oauthStateHash', '=', stateHash)
    .where('connector', '=', connector)
    .executeTakeFirst();
  return known && { attempt: toAttempt(known, secrets), isFirst: false };
}

function secondsFromNow(seconds: number): RawBuilder<Date> {
  return sql<Date>`now() + make_interval(secs => ${seconds})`;
}

/** Open attempts that a new one replaces: for the same channel, or of the same user and service. */
export async function lockReplacedAttempts(
  trx: Trx,
  secrets: Secrets,
  of: { accountId: number; userId: number; connector: string; channelId: string | null },
): Promise<StoredAttempt[]> {
  const rows = await trx
    .selectFrom('attempts')
    .selectAll()
    .where('accountId', '=', of.accountId)
    .where('state', 'in', LIVE)
    .where((where) =>
      where.or([
        where.and([where('userId', '=', of.userId), where('connector', '=', of.connector)]),
        ...(of.channelId === null ? [] : [where('channelId', '=', of.channelId)]),
      ]),
    )
    .forUpdate()
    .execute();
  return rows.map((row) => toAttempt(row, secrets));
}

/** Whether the account that the user's last sign-in with this service found was not connected. */
export async function wasAccountLeft(
  db: Db,
  of: Pick<StoredAttempt, 'accountId' | 'epoch' | 'userId' | 'connector'>,
): Promise<boolean> {
  const last = await db
    .selectFrom('attempts')
    .select('state')
    .where('accountId', '=', of.accountId)
    .where('epoch', '=', of.epoch)
    .where('userId', '=', of.userId)
    .where('connector', '=', of.connector)
    .where('account', 'is not', null)
    .orderBy('createdAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last !== undefined && last.state !== 'connected';
}

/** Open attempts to reconnect a channel. */
export async function lockAttemptsOfChannel(
  trx: Trx,
  secrets: Secrets,
  channelId: string,
): Promise<StoredAttempt[]> {
  const rows = await trx
    .selectFrom('attempts')
    .selectAll()
    .where('channelId', '=', channelId)
    .where('state', 'in', LIVE)
    .forUpdate()
    .execute();
  return rows.map((row) => toAttempt(row, secrets));
}

/** Open attempts of install epochs that are over. */
export async function lockEndedAttempts(
  trx: Trx,
  secrets: Secrets,
  accountId: number,
  upToEpoch: number,
): Promise<StoredAttempt[]> {
  const rows = await trx
    .selectFrom('attempts')
    .selectAll()
    .where('accountId', '=', accountId)
    .where('epoch', '<=', upToEpoch)
    .where('state', 'in', LIVE)
    .forUpdate()
    .execute();
  return rows.map((row) => toAttempt(row, secrets));
}

export async function listOverdueAttempts(db: Db, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('attempts')
    .select('id')
    .where('state', 'in', LIVE)
    .where('expiresAt', '<=', now)
    .orderBy('expiresAt')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

export async function deleteOldAttempts(db: Db, createdBefore: Date): Promise<void> {
  await deleteInBatches(
    db,
    'attempts',
    sql`created_at < ${createdBefore}::timestamptz and state not in (${sql.join(LIVE)})`,
  );
}

export async function deleteAttemptsOfEpochs(
  trx: Trx,
  accountId: number,
  upToEpoch: number,
): Promise<void> {
  await trx
    .deleteFrom('attempts')
    .where('accountId', '=', accountId)
    .where('epoch', '<=', upToEpoch)
    .execute();
}
