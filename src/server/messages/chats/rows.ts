import { sql } from 'kysely';
import type { Db } from '../../platform/database/database.ts';
import { gathered } from '../../platform/database/gathered.ts';
import { prepared } from '../../platform/database/prepared.ts';
import type { Secrets } from '../../platform/database/secrets.ts';
import type { ChatPerson } from '../receive/rows.ts';

/** A chat that one of the asked ids belongs to. */
interface AliasedChat {
  askedId: string;
  conversationId: string;
  person: string;
}

/** Which chats these ids of rows are known for: as their own, or as another name of theirs. */
export const findAliased: (db: Db, rowIds: readonly string[]) => Promise<AliasedChat[]> = gathered(
  async (db, all: readonly (readonly string[])[]) => {
    const rowIds = [...new Set(all.flat())];
    const { rows } = await sql<AliasedChat>`${prepared('aliased-chats')}
      select id as asked_id, id as conversation_id, person from conversations
      where id = any(${rowIds}::uuid[])
      union all
      select chat_aliases.id, conversations.id, conversations.person from chat_aliases
      join conversations on conversations.id = chat_aliases.conversation_id
      where chat_aliases.id = any(${rowIds}::uuid[])`.execute(db);
    return all.map((ids) => rows.filter(({ askedId }) => ids.includes(askedId)));
  },
);

/** From now on these ids lead to the chat, too. */
export async function rememberAliases(
  db: Db,
  conversationId: string,
  aliases: readonly string[],
): Promise<void> {
  await sql`
    insert into chat_aliases (id, conversation_id)
    select alias, ${conversationId}::uuid from unnest(${aliases}::uuid[]) as alias
    where exists (select from conversations where id = ${conversationId}::uuid)
    on conflict (id) do nothing`.execute(db);
}

/** What the service said about somebody that an event had named by id only. */
export async function learnPerson(
  db: Db,
  secrets: Secrets,
  chat: { id: string; person: ChatPerson },
): Promise<void> {
  const person = secrets.seal(JSON.stringify(chat.person), `conversations:${chat.id}:person`);
  await db.updateTable('conversations').set({ person }).where('id', '=', chat.id).execute();
}

/**
 * The newest message of a client, if it is among the channel's newest: an older one was seen long ago.
 *
 * @returns the service's id of it
 */
export async function findLastReceived(
  db: Db,
  of: { channelId: string; conversationId: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`
    select key from (
      select key, conversation_id, event from messages
      where channel_id = ${of.channelId}::uuid and direction = 'in'
      order by stored_at desc limit 500
    ) as newest
    where conversation_id = ${of.conversationId}::uuid and event = 'message' limit 1`.execute(db);
  return rows[0]?.key;
}

/** How far ahead a turn may lie: a process that dies with it loses no more. */
const LONGEST_WAIT_SECONDS = 5;

/**
 * Takes the channel's next turn to send, if it is near; of all processes, one at a time gets it.
 *
 * @returns `taken`, to be used after `waitSeconds`; otherwise after which time to ask again
 */
export async function takeTurn(
  db: Db,
  channelId: string,
  secondsBetween: number,
): Promise<{ isTaken: boolean; waitSeconds: number }> {
  const { rows } = await sql<{ taken: number | null; left: number | null }>`
    with turn as (
      update channels set send_after = greatest(send_after, clock_timestamp())
        + make_interval(secs => ${secondsBetween}::float8)
      where id = ${channelId}::uuid and (send_after is null
        or send_after <= clock_timestamp() + make_interval(secs => ${LONGEST_WAIT_SECONDS}::float8))
      returning extract(epoch from send_after - clock_timestamp())::float8 as until_next
    )
    select (select until_next from turn) as taken,
      (select extract(epoch from send_after - clock_timestamp())::float8 from channels
        where id = ${channelId}::uuid) as left`.execute(db);
  const { taken, left } = rows[0] ?? { taken: null, left: null };
  if (taken !== null) return { isTaken: true, waitSeconds: Math.max(0, taken - secondsBetween) };
  return { isTaken: false, waitSeconds: Math.max(1, (left ?? 0) - LONGEST_WAIT_SECONDS + 1) };
}
