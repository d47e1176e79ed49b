import { type Selectable, sql, type Updateable } from 'kysely';
import type { AttemptReason, AttemptState, LinkedAccount } from '../../contract/api.ts';
import type { AuthKind } from '../../contract/connectors.ts';
import type { AttemptsTable } from './channel-tables.ts';
import type { Db, Trx } from './database.ts';
import { isRowId } from './row-id.ts';
import type { SealContext, Secrets } from './secrets.ts';

/** What the admin's screen shows while an attempt is open. */
export interface Shown {
  authorizeUrl?: string;
  qr?: { value: string; expiresAt: string; refreshed: number; refreshes: number };
  pairingCode?: string;
}

/** A signed-in account as its connector reported it, waiting for the admin's consent. */
export interface Candidate {
  externalId: string;
  name: string;
  handle: string | null;
  avatarUrl?: string;
  phone?: string;
  credentials: Record<string, unknown>;
  /** What the admin may see of an API key later. */
  keyEnding?: string;
  warning?: 'webhook_taken';
}

/** An attempt with its secrets opened: never log one. A secret that cannot be opened is missing. */
export interface StoredAttempt {
  id: string;
  accountId: number;
  epoch: number;
  userId: number;
  connector: string;
  auth: AuthKind;
  channelId: string | null;
  resultChannelId: string | null;
  state: AttemptState;
  reason: AttemptReason | null;
  oauthStateUsed: boolean;
  openerOrigin: string;
  account: LinkedAccount | null;
  shown: Shown;
  session: Record<string, unknown> | null;
  candidate: Candidate | null;
  /** Null once the attempt is over. */
  webhookSecret: string | null;
  /** False when a stored secret cannot be opened: an open attempt can then only be ended. */
  isReadable: boolean;
  /** Whether the service ever gave a code to scan. */
  hasShownCode: boolean;
  /** The trouble that the log was told of last. */
  warnedOf: AttemptReason | null;
  revision: number;
  expiresAt: Date;
  createdAt: Date;
  updatedAt: Date;
}

export interface NewAttempt {
  id: string;
  accountId: number;
  epoch: number;
  userId: number;
  connector: string;
  auth: AuthKind;
  channelId: string | null;
  keyHash: string;
  oauthStateHash: string | null;
  openerOrigin: string;
  webhookSecret: string;
  expiresAt: Date;
  now: Date;
}

/** A change of an open attempt. What is left out stays; an end forgets every secret by itself. */
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
  attempt: NewAttempt,
): Promise<void> {
  await trx
    .insertInto('attempts')
    .values({
      id: attempt.id,
      account_id: attempt.accountId,
      epoch: attempt.epoch,
      user_id: attempt.userId,
      connector: attempt.connector,
      auth: attempt.auth,
      channel_id: attempt.channelId,
      state: 'starting',
      key_hash: attempt.keyHash,
      oauth_state_hash: attempt.oauthStateHash,
      opener_origin: attempt.openerOrigin,
      webhook_secret: secrets.seal(attempt.webhookSecret, place(attempt.id, 'webhook_secret')),
      next_check_at: sql<Date>`now()`,
      expires_at: attempt.expiresAt,
      created_at: attempt.now,
      updated_at: attempt.now,
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
 * Changes an attempt that is still open; undefined when it is over, or, where `revision` is given, when
 * somebody else changed it since.
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
  const columns: Updateable<AttemptsTable> = { updated_at: change.now };
  if (change.state !== undefined) columns.state = change.state;
  if (change.reason !== undefined) columns.reason = change.reason;
  if (change.account !== undefined) columns.account = JSON.stringify(change.account);
  if (change.resultChannelId !== undefined) columns.result_channel_id = change.resultChannelId;
  if (change.hasShownCode !== undefined) columns.has_shown_code = change.hasShownCode;
  if (change.warnedOf !== undefined) columns.warned_of = change.warnedOf;
  if (change.state !== undefined && !isLive(change.state)) {
    return { ...columns, shown: null, session: null, candidate: null, webhook_secret: null };
  }
  for (const name of ['shown', 'session', 'candidate'] as const) {
    const value = change[name];
    if (value !== undefined) {
      columns[name] = value === null ? null : secrets.seal(JSON.stringify(value), place(id, name));
    }
  }
  return columns;
}

/** Opens a row, as far as it can be opened. Never log the result. */
export function toAttempt(row: Selectable<AttemptsTable>, secrets: Secrets): StoredAttempt {
  let isReadable = true;
  const open = (column: 'shown' | 'session' | 'candidate' | 'webhook_secret') => {
    const sealed = row[column];
    if (sealed === null) return null;
    const opened = secrets.tryUnseal(sealed, place(row.id, column));
    if (opened === undefined) isReadable = false;
    return opened ?? null;
  };
  const opened = {
    shown: JSON.parse(open('shown') ?? '{}'),
    session: JSON.parse(open('session') ?? 'null'),
    candidate: JSON.parse(open('candidate') ?? 'null'),
    webhookSecret: open('webhook_secret'),
  };
  return {
    id: row.id,
    accountId: row.account_id,
    epoch: row.epoch,
    userId: row.user_id,
    connector: row.connector,
    auth: row.auth,
    channelId: row.channel_id,
    resultChannelId: row.result_channel_id,
    state: row.state,
    reason: row.reason,
    oauthStateUsed: row.oauth_state_used,
    openerOrigin: row.opener_origin,
    account: row.account,
    ...opened,
    isReadable,
    hasShownCode: row.has_shown_code,
    warnedOf: row.warned_of,
    revision: row.revision,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
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
