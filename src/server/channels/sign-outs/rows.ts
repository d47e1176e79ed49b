import { type Selectable, sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import { deleteInBatches } from '../../platform/database/delete-in-batches.ts';
import type { SessionEndingsTable } from '../../platform/database/schema.ts';
import type { Secrets } from '../../platform/database/secrets.ts';

/** A session at a chat service that must be ended there, with what is needed to do it. */
export interface SignOut
  extends Omit<Selectable<SessionEndingsTable>, 'secret' | 'attempts' | 'giveUpAt'> {
  /** Credentials (`unlink`) or session (`abandon`). */
  content: Record<string, unknown>;
  webhookSecret: string;
}

/** Stored with the change that made the session useless, so that neither happens without the other. */
export async function insertSignOut(
  trx: Trx,
  secrets: Secrets,
  given: SignOut & { giveUpSeconds: number },
): Promise<void> {
  const { content, webhookSecret, giveUpSeconds, ...signOut } = given;
  await trx
    .insertInto('sessionEndings')
    .values({
      ...signOut,
      secret: secrets.seal(JSON.stringify({ content, webhookSecret }), contextOf(signOut.id)),
      giveUpAt: sql<Date>`now() + make_interval(secs => ${giveUpSeconds})`,
    })
    .execute();
}

/** A sign-out under way. `secrets` is undefined when what is stored cannot be opened. */
export interface ClaimedSignOut extends Omit<SignOut, 'content' | 'webhookSecret'> {
  secrets: Pick<SignOut, 'content' | 'webhookSecret'> | undefined;
  attempts: number;
  /** Until it is given up; none left: this is the last try. */
  secondsLeft: number;
}

/** Begins a try. */
export async function beginSignOut(
  db: Db,
  secrets: Secrets,
  id: string,
): Promise<ClaimedSignOut | undefined> {
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

export async function deleteSignOut(db: Db, id: string): Promise<void> {
  await db.deleteFrom('sessionEndings').where('id', '=', id).execute();
}

/**
 * Forgets the secrets whose time is long over: their service held the last try up, or is not offered any
 * more.
 *
 * @returns how many
 */
export async function purgeSignOuts(db: Db): Promise<number> {
  return deleteInBatches(db, 'sessionEndings', sql`give_up_at < now() - interval '1 minute'`);
}

function contextOf(id: string): `${string}:${string}:${string}` {
  return `session_endings:${id}:secret`;
}
