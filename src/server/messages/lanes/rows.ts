import { type Selectable, sql } from 'kysely';
import type { UndeliveredReason } from '../../../contract/api.ts';
import type { Db } from '../../platform/database/database.ts';
import { prepared } from '../../platform/database/prepared.ts';
import type { MessagesTable } from '../../platform/database/schema.ts';
import type { Secrets } from '../../platform/database/secrets.ts';
import type { ChatPerson } from '../receive/rows.ts';

type Direction = MessagesTable['direction'];

/** One picks from so many messages at most that are due. */
const MOST_DUE = 20_000;

/**
 * Lanes with something to do, the channels in turn, so that no channel's backlog delays another's.
 *
 * @param except lanes and channels that are busy here
 */
export async function listDueLanes(
  db: Db,
  direction: Direction,
  except: { lanes: readonly string[]; channelIds: readonly string[] },
  limit: number,
): Promise<{ lane: string; channelId: string }[]> {
  const { rows } = await sql<{ lane: string; channelId: string }>`${prepared('due-lanes')}
    with due as (
      select lane, channel_id, due_at from messages
      where due_at is not null and due_at <= clock_timestamp() and direction = ${direction}::text
      order by due_at limit ${MOST_DUE}::integer
    ), lanes as (
      select lane, channel_id, min(due_at) as since from due
      where lane <> all(${except.lanes}::text[]) and channel_id <> all(${except.channelIds}::uuid[])
      group by lane, channel_id
    )
    select lane, channel_id from (
      select lane, channel_id, since, row_number() over (partition by channel_id order by since) as turn
      from lanes
    ) as ordered order by turn, since limit ${limit}::integer`.execute(db);
  return rows;
}

/** A message on its way, still sealed. */
export interface LaneMessage
  extends Pick<
    Selectable<MessagesTable>,
    | 'id'
    | 'accountId'
    | 'channelId'
    | 'conversationId'
    | 'direction'
    | 'event'
    | 'kind'
    | 'key'
    | 'kommoId'
    | 'lane'
    | 'state'
    | 'part'
    | 'reported'
    | 'reason'
    | 'tries'
    | 'content'
    | 'media'
    | 'at'
    | 'storedAt'
  > {
  isDue: boolean;
}

/** What is left to do in a lane, in order. */
export async function readLane(db: Db, lane: string, limit: number): Promise<LaneMessage[]> {
  const { rows } = await sql<LaneMessage>`${prepared('read-lane')}
    select id, account_id, channel_id, conversation_id, direction, event, kind, key, kommo_id, lane,
      state, part, reported, reason, tries, content, media, at, stored_at,
      due_at <= clock_timestamp() as is_due
    from messages where lane = ${lane}::text and due_at is not null
    order by at, id limit ${limit}::integer`.execute(db);
  return rows;
}

/**
 * Makes the rest of a lane wait with its first message, which surely was not sent. Of the others none is being sent by
 * us: where one is, the lane is somebody else's by now.
 *
 * @param hold.counts it was a try of the first message
 */
export async function holdLane(
  db: Db,
  hold: { lane: string; seconds: number; headId: string; counts: boolean },
): Promise<void> {
  await sql`
    update messages set due_at = clock_timestamp() + make_interval(secs => ${hold.seconds}::float8),
      state = 'waiting', tries = tries + (id = ${hold.headId}::uuid and ${hold.counts}::boolean)::integer
    where lane = ${hold.lane}::text and due_at is not null
      and (id = ${hold.headId}::uuid and state in ('waiting', 'sending')
        or state = 'waiting'
          and due_at < clock_timestamp() + make_interval(secs => ${hold.seconds}::float8))`.execute(
    db,
  );
}

/** A message that came while its lane waits, waits with it. */
export async function alignLane(db: Db, lane: string, headId: string): Promise<void> {
  await sql`
    update messages set due_at = head.due_at
    from (select due_at from messages where id = ${headId}::uuid) as head
    where lane = ${lane}::text and messages.due_at is not null and state = 'waiting'
      and messages.due_at < head.due_at`.execute(db);
}

/** Kommo has it. */
export async function finishReceived(db: Db, id: string, kommoId: string | null): Promise<void> {
  await sql`${prepared('finish-received')}
    update messages set state = 'sent', kommo_id = ${kommoId}::text, due_at = null, reason = null
    where id = ${id}::uuid`.execute(db);
}

/**
 * An edit brought in a message that Kommo did not have: from now on it counts as that message, or the message itself,
 * where there is a row of it, is in Kommo after all.
 */
export async function standInFor(db: Db, editId: string, serviceId: string): Promise<void> {
  await sql`
    with edit as (
      select channel_id, kommo_id from messages where id = ${editId}::uuid and kommo_id is not null
    ), original as (
      update messages set kommo_id = edit.kommo_id, state = 'sent', reason = null, due_at = null
      from edit where messages.channel_id = edit.channel_id and messages.direction = 'in'
        and messages.key = ${serviceId}::text and messages.kommo_id is null
      returning messages.id
    )
    update messages set key = ${serviceId}::text
    where id = ${editId}::uuid and kommo_id is not null and not exists (
      select from messages as one where one.channel_id = messages.channel_id
        and one.direction = 'in' and one.key = ${serviceId}::text)`.execute(db);
}

/** What Kommo calls a chat and its client. */
export async function learnChat(
  db: Db,
  chat: { id: string; kommoChatId: string | undefined; kommoPersonId: string | undefined },
): Promise<void> {
  await sql`
    update conversations set kommo_chat_id = coalesce(${chat.kommoChatId ?? null}::text, kommo_chat_id),
      kommo_person_id = coalesce(${chat.kommoPersonId ?? null}::text, kommo_person_id), is_bound = true
    where id = ${chat.id}::uuid`.execute(db);
}

/** The claim to send. False: another process has it, or has had it. */
export async function beginSending(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`${prepared('begin-sending')}
    update messages set state = 'sending' where id = ${id}::uuid and state = 'waiting'
    returning id`.execute(db);
  return rows.length > 0;
}

/** The service was not asked after all. */
export async function undoSending(db: Db, id: string): Promise<void> {
  await sql`
    update messages set state = 'waiting'
    where id = ${id}::uuid and state = 'sending' and due_at is not null`.execute(db);
}

/** One of several parts is through. Without effect when somebody else has given the message up meanwhile. */
export async function finishPart(
  db: Db,
  part: { id: string; part: number; serviceId: string },
): Promise<void> {
  await sql`
    update messages set state = 'waiting', part = ${part.part}::integer,
      service_id = coalesce(service_id, ${part.serviceId}::text),
      part_ids = array_append(part_ids, ${part.serviceId}::text)
    where id = ${part.id}::uuid and state = 'sending'`.execute(db);
}

/**
 * The service has all of it. That is the last word, also when somebody else has given the message up meanwhile.
 *
 * @param sent.isDelivered Kommo is to be told
 * @param sent.isOneOfSeveral it is the last of several parts
 */
export async function finishSent(
  db: Db,
  sent: {
    id: string;
    part: number;
    serviceId: string | null;
    isOneOfSeveral: boolean;
    isDelivered: boolean;
  },
): Promise<void> {
  await sql`${prepared('finish-sent')}
    update messages set part = ${sent.part}::integer, reason = null,
      service_id = coalesce(service_id, ${sent.serviceId}::text),
      part_ids = case when ${sent.isOneOfSeveral}::boolean
        then array_append(part_ids, ${sent.serviceId}::text) end,
      state = case when ${sent.isDelivered}::boolean then 'delivered' else 'sent' end,
      due_at = case when ${sent.isDelivered}::boolean then coalesce(due_at, clock_timestamp()) end
    where id = ${sent.id}::uuid`.execute(db);
}

/** It cannot be carried, unless somebody else has carried it meanwhile. Kommo is told of what a manager wrote. */
export async function failMessage(
  db: Db,
  secrets: Secrets,
  failed: { id: string; reason: UndeliveredReason; isReported: boolean; content?: object },
): Promise<void> {
  const content =
    failed.content === undefined
      ? null
      : secrets.seal(JSON.stringify(failed.content), `messages:${failed.id}:content`);
  await sql`
    update messages set state = 'failed', reason = ${failed.reason}::text, reported = 0,
      content = coalesce(${content}::text, content),
      due_at = case when ${failed.isReported}::boolean then clock_timestamp() end
    where id = ${failed.id}::uuid and state in ('waiting', 'sending')`.execute(db);
}

/** Nothing is to be done about it any more. */
export async function dropMessage(db: Db, id: string): Promise<void> {
  await db.deleteFrom('messages').where('id', '=', id).execute();
}

/** Kommo was told of this state; a later one stays due. */
export async function finishReport(
  db: Db,
  report: { id: string; state: string; rank: number },
): Promise<void> {
  await sql`${prepared('finish-report')}
    update messages set reported = ${report.rank}::smallint,
      due_at = case when state = ${report.state}::text then null else due_at end
    where id = ${report.id}::uuid`.execute(db);
}

export async function reportLater(db: Db, id: string, seconds: number): Promise<void> {
  await sql`
    update messages set due_at = clock_timestamp() + make_interval(secs => ${seconds}::float8)
    where id = ${id}::uuid and due_at is not null`.execute(db);
}

/** A message the service or Kommo refers to. */
export interface KnownMessage
  extends Pick<Selectable<MessagesTable>, 'id' | 'direction' | 'key' | 'kommoId' | 'state'> {
  serviceId: string | null;
  content: string | null;
}

const KNOWN = sql`select id, direction, key, kommo_id, state, service_id, content from messages`;

/** By the service's id of it, in either direction. */
export async function findByServiceId(
  db: Db,
  channelId: string,
  serviceId: string,
): Promise<KnownMessage | undefined> {
  const { rows } = await sql<KnownMessage>`
    ${KNOWN} where channel_id = ${channelId}::uuid and direction = 'in' and key = ${serviceId}::text
    union all
    ${KNOWN} where channel_id = ${channelId}::uuid and direction = 'out' and service_id = ${serviceId}::text
    union all
    ${KNOWN} where channel_id = ${channelId}::uuid and direction = 'out'
      and part_ids @> array[${serviceId}::text]
    limit 1`.execute(db);
  return rows[0];
}

/**
 * Whether what staff seem to have written on the phone is what we sent: the service tells its own messages, too.
 *
 * @returns `unsure` while something is being sent to the same chat whose id is not known yet
 */
export async function isEcho(
  db: Db,
  { channelId, conversationId, key }: LaneMessage,
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

/** What a message says now, after an edit. */
export async function replaceContent(
  db: Db,
  secrets: Secrets,
  id: string,
  content: object,
): Promise<void> {
  await db
    .updateTable('messages')
    .set({ content: secrets.seal(JSON.stringify(content), `messages:${id}:content`) })
    .where('id', '=', id)
    .where('content', 'is not', null)
    .execute();
}

/** A chat that began in Kommo is this one at the service. */
export async function adoptChat(
  db: Db,
  secrets: Secrets,
  chat: { fromId: string; toId: string; person: ChatPerson },
): Promise<void> {
  const sealed = secrets.seal(JSON.stringify(chat.person), `conversations:${chat.toId}:person`);
  await sql`
    insert into conversations (id, account_id, epoch, channel_id, person, person_mark, is_group,
      kommo_chat_id, kommo_person_id, is_bound)
    select ${chat.toId}::uuid, account_id, epoch, channel_id, ${sealed}::text, '', is_group,
      kommo_chat_id, kommo_person_id, false
    from conversations where id = ${chat.fromId}::uuid
      and not exists (select from chat_aliases where id = ${chat.toId}::uuid)
    on conflict (id) do nothing`.execute(db);
}

/**
 * The right to ask the service how a channel is doing, which may renew its grant: one at a time, also among those who
 * ask regularly. False: somebody asked a moment ago, or is asking.
 */
export async function claimHealthCheck(db: Db, channelId: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update channels set checked_at = now()
    where id = ${channelId}::uuid and status <> 'paused'
      and (checked_at is null or checked_at < now() - interval '20 seconds')
    returning id`.execute(db);
  return rows.length > 0;
}

/** Messages of an account that wait for its save or its sync go on. */
export async function releaseHeld(db: Db, accountId: number): Promise<void> {
  await sql`
    update messages set due_at = clock_timestamp()
    where account_id = ${accountId}::bigint and due_at > clock_timestamp()
      and direction = 'in' and state = 'waiting' and tries = 0`.execute(db);
}
