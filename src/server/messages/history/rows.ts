import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database/database.ts';
import { firstRowIdOf } from '../../platform/database/row-id.ts';

const SEEN = 'chat-hooks-could-come';

/**
 * Notes that chat webhooks can be received now.
 *
 * @returns when they could be received before, on the database's clock
 */
export async function noteReceiving(
  db: Db | Trx,
): Promise<{ before: Date | undefined; now: Date }> {
  const { rows } = await sql<{ before: Date | null; now: Date }>`
    with former as (select at from marks where name = ${SEEN}::text),
    noted as (
      insert into marks (name, at) values (${SEEN}::text, clock_timestamp())
      on conflict (name) do update set at = excluded.at
    )
    select (select at from former) as before, clock_timestamp() as now`.execute(db);
  const [row] = rows;
  return { before: row?.before ?? undefined, now: row?.now ?? new Date() };
}

/** Chats with messages since then, of accounts that are installed. @returns at most `limit`, after `afterId` */
export async function listActiveChats(
  db: Db,
  since: Date,
  { afterId, limit }: { afterId: string; limit: number },
): Promise<{ id: string; accountId: number; kommoChatId: string }[]> {
  const { rows } = await sql<{ id: string; accountId: number; kommoChatId: string }>`
    select conversations.id, conversations.account_id, conversations.kommo_chat_id
    from conversations
    join accounts on accounts.id = conversations.account_id and accounts.epoch = conversations.epoch
      and accounts.install_state <> 'disabled'
    where conversations.kommo_chat_id is not null and conversations.id > ${afterId}::uuid
      and conversations.id in (
        select conversation_id from messages where id >= ${firstRowIdOf(since)}::uuid)
    order by conversations.id limit ${limit}::integer`.execute(db);
  return rows;
}

/** Of these messages of Kommo, those that were received. */
export async function listKnown(
  db: Db,
  channelId: string,
  kommoIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`
    select key from messages where channel_id = ${channelId}::uuid and direction = 'out'
      and key = any(${kommoIds}::text[])`.execute(db);
  return new Set(rows.map(({ key }) => key));
}

export async function findChatChannel(db: Db, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('conversations')
    .select('channelId')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.channelId;
}
