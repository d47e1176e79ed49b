import { type Selectable, sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import { deleteInBatches } from '../../platform/database/delete-in-batches.ts';
import type { SessionEndingsTable } from '../../platform/database/schema.ts';
import type { Secrets } from '../../platform/database/secrets.ts';

/** A session at a chat service that must be ended there, with what is needed to do it. */
export interface SessionEnding
  extends Omit<Selectable<SessionEndingsTable>, 'secret' | 'attempts' | 'giveUpAt'> {
  /** Credentials (`unlink`) or session (`abandon`). */
  content: Record<string, unknown>;
  webhookSecret: string;
}

/** Stored with the change that made the session useless, so that neither happens without the other. */
export async function insertEnding(
  trx: Trx,
  secrets: Secrets,
  given: SessionEnding & { giveUpSeconds: number },
): Promise<void> {
  const { content, webhookSecret, giveUpSeconds, ...ending } = given;
  await trx
    .insertInto('sessionEndings')
    .values({
      ...ending,
      secret: secrets.seal(JSON.stringify({ content, webhookSecret }), contextOf(ending.id)),
      giveUpAt: sql<Date>`now() + make_interval(secs => ${giveUpSeconds})`,
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
    .updateTable('sessionEndings')
    .set((set) => ({ attempts: set('attempts', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .returning(sql<number>`extract(epoch from give_up_at - now())::float8`.as('secondsLeft'))
    .executeTakeFirst();
  if (!row) return undefined;
  const opened = secrets.tryUnseal(row.secret, contextOf(row.id));
  return { ...row, secrets: opened === undefined ? undefined : JSON.parse(opened) };
}

export async function deleteEnding(db: Db, id: string): Promise<void> {
  await db.deleteFrom('sessionEndings').where('id', '=', id).execute();
}

/**
 * Forgets the secrets whose time is long over: their service held the last try up, or is not offered any
 * more.
 *
 * @returns how many
 */
export async function purgeEndings(db: Db): Promise<number> {
  return deleteInBatches(db, 'sessionEndings', sql`give_up_at < now() - interval '1 minute'`);
}

function contextOf(id: string): `${string}:${string}:${string}` {
  return `session_endings:${id}:secret`;
}
