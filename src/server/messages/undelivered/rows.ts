import { sql } from 'kysely';
import type { Undelivered } from '../../../contract/api.ts';
import type { Db } from '../../platform/database/database.ts';
import type { Secrets } from '../../platform/database/secrets.ts';
import type { ChatPerson } from '../receive/rows.ts';
import { shownName } from '../shown-name.ts';

/** Most that one answer lists. */
const MOST_LISTED = 100;

type Listed = Omit<Undelivered, 'person' | 'at' | 'can_retry'> & {
  at: Date;
  conversationId: string | null;
  person: string | null;
  canRetry: boolean;
};

/** Messages of a channel that could not be carried, newest first, without what they say. */
export async function listUndelivered(
  db: Db,
  secrets: Secrets,
  channelId: string,
): Promise<Undelivered[]> {
  const { rows } = await sql<Listed>`
    select messages.id, direction, at, kind, reason, conversations.id as conversation_id, person,
      content is not null as can_retry
    from messages left join conversations on conversations.id = messages.conversation_id
    where messages.channel_id = ${channelId}::uuid and state = 'failed'
    order by messages.id desc limit ${MOST_LISTED}::integer`.execute(db);
  return rows.map(({ conversationId, person, at, canRetry, ...row }) => ({
    ...row,
    at: at.toISOString(),
    person: { name: nameOf(secrets, conversationId, person) },
    can_retry: canRetry,
  }));
}

function nameOf(secrets: Secrets, id: string | null, sealed: string | null): string {
  if (id === null || sealed === null) return '';
  const plain = secrets.tryUnseal(sealed, `conversations:${id}:person`);
  if (plain === undefined) return '';
  return shownName((JSON.parse(plain) as ChatPerson).name);
}

/**
 * Puts failed messages back on their way, as if they had come now.
 *
 * @param ids only these; undefined: all of the channel
 * @returns how many
 */
export async function retryFailed(
  db: Db,
  channelId: string,
  ids: readonly string[] | undefined,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    update messages set state = 'waiting', tries = 0, reason = null, due_at = clock_timestamp()
    where channel_id = ${channelId}::uuid and state = 'failed' and content is not null
      and (${ids === undefined}::boolean or id = any(${ids ?? []}::uuid[]))`.execute(db);
  return Number(numAffectedRows);
}

/** Forgets what failed; what made a repetition recognisable stays. */
export async function forgetFailed(db: Db, channelId: string): Promise<void> {
  await sql`
    update messages set state = 'forgotten', content = null, media = null, due_at = null
    where channel_id = ${channelId}::uuid and state = 'failed'`.execute(db);
}
