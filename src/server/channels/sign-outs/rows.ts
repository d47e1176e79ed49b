import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import { deleteInBatches } from '../../platform/database/delete-in-batches.ts';
import type { Secrets } from '../../platform/database/secrets.ts';

/** A session at a chat service that must be ended there, with what is needed to do it. */
export interface SessionEnding {
  id: string;
  accountId: number;
  connector: string;
  kind: 'unlink' | 'abandon';
  /** Who was signed in; null for a session that nobody scanned. */
  externalId: string | null;
  webhookId: string;
  /** Credentials (`unlink`) or session (`abandon`). */
  content: Record<string, unknown>;
  webhookSecret: string;
}

/** Stored with the change that made the session useless, so that neither happens without the other. */
export async function insertEnding(
  trx: Trx,
  secrets: Secrets,
  ending: SessionEnding & { giveUpSeconds: number },
): Promise<void> {
  const { content, webhookSecret } = ending;
  await trx
    .insertInto('session_endings')
    .values({
      id: ending.id,
      account_id: ending.accountId,
      connector: ending.connector,
      kind: ending.kind,
      external_id: ending.externalId,
      webhook_id: ending.webhookId,
      secret: secrets.seal(JSON.stringify({ content, webhookSecret }), contextOf(ending.id)),
      give_up_at: sql<Date>`now() + make_interval(secs => ${ending.giveUpSeconds})`,
    })
    .execute();
}

/** An ending somebody works on. `secrets` is undefined when what is stored cannot be opened. */
export interface ClaimedEnding extends Omit<SessionEnding, 'content' | 'webhookSecret'> {
  secrets: Pick<SessionEnding, 'content' | 'webhookSecret'> | undefined;
  attempts: number;
  /** Until it is given up; none left: this is the last try. */
  secondsLeft: number;
}

/** Begins a try. */
export async function beginEnding(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<ClaimedEnding | undefined> {
  const row = await db
    .updateTable('session_endings')
    .set((set) => ({ attempts: set('attempts', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .returning(sql<number>`extract(epoch from give_up_at - now())::float8`.as('seconds_left'))
    .executeTakeFirst();
  if (!row) return undefined;
  const opened = secrets.tryUnseal(row.secret, contextOf(row.id));
  return {
    id: row.id,
    accountId: row.account_id,
    connector: row.connector,
    kind: row.kind,
    externalId: row.external_id,
    webhookId: row.webhook_id,
    secrets: opened === undefined ? undefined : JSON.parse(opened),
    attempts: row.attempts,
    secondsLeft: row.seconds_left,
  };
}

export async function deleteEnding(db: Db, id: string): Promise<void> {
  await db.deleteFrom('session_endings').where('id', '=', id).execute();
}

/**
 * Forgets the secrets whose time is long over: their service held the last try up, or is not offered any
 * more.
 *
 * @returns how many
 */
export async function purgeEndings(db: Db): Promise<number> {
  return deleteInBatches(db, 'session_endings', sql`give_up_at < now() - interval '1 minute'`);
}

function contextOf(id: string): `${string}:${string}:${string}` {
  return `session_endings:${id}:secret`;
}
