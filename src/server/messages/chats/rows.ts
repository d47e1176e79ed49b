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

/** Where a received message is, whatever an event about it calls the chat. */
export async function findChatOfMessage(
  db: Db,
  of: { channelId: string; key: string },
): Promise<Omit<AliasedChat, 'askedId'> | undefined> {
  const { rows } = await sql<Omit<AliasedChat, 'askedId'>>`${prepared('chat-of-message')}
    select conversations.id as conversation_id, conversations.person from messages
    join conversations on conversations.id = messages.conversation_id
    where messages.channel_id = ${of.channelId}::uuid and messages.direction = 'in'
      and messages.key = ${of.key}::text`.execute(db);
  return rows[0];
}

/** From now on these ids lead to the chat, too. */
export async function rememberAliases(
  db: Db,
  conversationId: string,
  aliases: readonly string[],
): Promise<void> {
  // Held until the aliases are written: a clean-up may be removing the chat just now.
  await sql`
    with kept as materialized (
      select id from conversations where id = ${conversationId}::uuid for key share
    )
    insert into chat_aliases (id, conversation_id)
    select alias, kept.id from unnest(${aliases}::uuid[]) as alias, kept
    on conflict (id) do nothing`.execute(db);
}

/**
 * A message that was told of in this chat and is stored in another one says that the two are one. From now on the id of
 * one of them leads to the other: to the one that Kommo has, else to where the message is.
 */
export async function uniteTwins(
  db: Db,
  told: { channelId: string; key: string; conversationId: string },
): Promise<void> {
  await sql`
    with stored as (
      select id, kommo_chat_id, created_at from conversations
      where not is_group and id <> ${told.conversationId}::uuid and id = (
        select conversation_id from messages where channel_id = ${told.channelId}::uuid
          and direction = 'in' and key = ${told.key}::text)
    ), pair as (
      select stored.id as stored_id, own.id as own_id, case
          when own.kommo_chat_id is null then true
          when stored.kommo_chat_id is null then false
          else (stored.created_at, stored.id) < (own.created_at, own.id)
        end as leads_to_stored
      from stored, conversations as own where own.id = ${told.conversationId}::uuid
    ), alias as (
      select case when leads_to_stored then own_id else stored_id end as id,
        case when leads_to_stored then stored_id else own_id end as conversation_id
      from pair
    )
    insert into chat_aliases (id, conversation_id)
    select id, conversation_id from alias
    where not exists (select from chat_aliases as known where known.id = alias.conversation_id)
    on conflict (id) do nothing`.execute(db);
}

/** The chat to which the id of this one leads by now. */
export async function findLeadingChat(db: Db, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ conversationId: string }>`${prepared('leading-chat')}
    select conversation_id from chat_aliases where id = ${id}::uuid`.execute(db);
  return rows[0]?.conversationId;
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

/** Who answers more than these has surely read them somewhere else. */
const MOST_UNANSWERED = 21;

/**
 * The messages of a client since the last answer, as far as they are among the channel's newest: older ones were seen
 * long ago.
 *
 * @returns the service's ids of them, newest first
 */
export async function listUnanswered(
  db: Db,
  of: { channelId: string; conversationId: string },
): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    with received as (
      select key, conversation_id, event, stored_at from messages
      where channel_id = ${of.channelId}::uuid and direction = 'in'
      order by stored_at desc limit 500
    ), sent as (
      select conversation_id, service_id, stored_at from messages
      where channel_id = ${of.channelId}::uuid and direction = 'out'
      order by stored_at desc limit 500
    ), answered as (
      select max(stored_at) as at from sent
      where conversation_id = ${of.conversationId}::uuid and service_id is not null
    )
    select key from received, answered
    where conversation_id = ${of.conversationId}::uuid and event = 'message'
      and (answered.at is null or stored_at > answered.at)
    order by stored_at desc limit ${MOST_UNANSWERED}::integer`.execute(db);
  return rows.map(({ key }) => key);
}
