import { type Selectable, sql } from 'kysely';
import type { Db } from '../../platform/database/database.ts';
import type { MessagesTable } from '../../platform/database/schema.ts';

/** A message the service or Kommo refers to. */
export interface KnownMessage
  extends Pick<Selectable<MessagesTable>, 'id' | 'direction' | 'key' | 'kommoId' | 'state'> {
  serviceId: string | null;
  content: string | null;
}

const KNOWN = sql`select id, direction, key, kommo_id, state, service_id, content from messages`;

/**
 * By the service's id of it, in either direction. What we sent comes first: services that tell it again, as if it had been
 * written on the phone, leave a row of that as well.
 */
export async function findByServiceId(
  db: Db,
  channelId: string,
  serviceId: string,
): Promise<KnownMessage | undefined> {
  const { rows } = await sql<KnownMessage>`
    ${KNOWN} where channel_id = ${channelId}::uuid and direction = 'in' and key = ${serviceId}::text
    union all
    ${KNOWN} where channel_id = ${channelId}::uuid and direction = 'out' and service_id = ${serviceId}::text
      -- Kommo does not know a test, and nothing can be said about it there.
      and event <> 'test'
    union all
    ${KNOWN} where channel_id = ${channelId}::uuid and direction = 'out'
      and part_ids @> array[${serviceId}::text]
    order by direction desc limit 1`.execute(db);
  return rows[0];
}

/**
 * Whether what staff seem to have written on the phone is what we sent: the service tells its own messages, too.
 *
 * @returns `unsure` while something is being sent to the same chat whose id is not known yet
 */
export async function isEcho(
  db: Db,
  {
    channelId,
    conversationId,
    key,
  }: Pick<Selectable<MessagesTable>, 'channelId' | 'conversationId' | 'key'>,
): Promise<boolean | 'unsure'> {
  const { rows } = await sql<{ isKnown: boolean; isSending: boolean }>`
    select exists (
        select from messages where channel_id = ${channelId}::uuid and direction = 'out'
          and service_id = ${key}::text
        union all
        select from messages where channel_id = ${channelId}::uuid and direction = 'out'
          and part_ids @> array[${key}::text]) as is_known,
      exists (select from messages where channel_id = ${channelId}::uuid and state = 'sending'
        and conversation_id = ${conversationId}::uuid) as is_sending`.execute(db);
  const [row] = rows;
  if (row?.isKnown === true) return true;
  return row?.isSending === true ? 'unsure' : false;
}

/** By Kommo's id of it, in either direction. */
export async function findByKommoId(
  db: Db,
  channelId: string,
  kommoId: string,
): Promise<KnownMessage | undefined> {
  const { rows } = await sql<KnownMessage>`
    ${KNOWN} where channel_id = ${channelId}::uuid and direction = 'out' and key = ${kommoId}::text
    union all
    ${KNOWN} where channel_id = ${channelId}::uuid and direction = 'in' and kommo_id = ${kommoId}::text
    limit 1`.execute(db);
  return rows[0];
}
