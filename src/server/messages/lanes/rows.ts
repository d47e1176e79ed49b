import { type Selectable, sql } from 'kysely';
import type { UndeliveredReason } from '../../../contract/api.ts';
import type { Db, Trx } from '../../platform/database/database.ts';
import { gathered } from '../../platform/database/gathered.ts';
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
export function readLane(db: Db, lane: string, limit: number): Promise<LaneMessage[]> {
  return readGathered(db, { lane, limit });
}

const readGathered = gathered(readLanes);

async function readLanes(
  db: Db,
  asked: readonly { lane: string; limit: number }[],
): Promise<LaneMessage[][]> {
  const lanes = asked.map(({ lane }) => lane);
  const most = Math.max(...asked.map(({ limit }) => limit));
  const { rows } = await sql<LaneMessage>`${prepared('read-lanes')}
    select message.* from unnest(${lanes}::text[]) with ordinality as asked (lane, nth)
    cross join lateral (
      select id, account_id, channel_id, conversation_id, direction, event, kind, key, kommo_id, messages.lane,
        state, part, reported, reason, tries, content, media, at, stored_at,
        due_at <= clock_timestamp() as is_due
      from messages where messages.lane = asked.lane and due_at is not null
      order by at, id limit ${most}::integer
    ) as message order by asked.nth, message.at, message.id`.execute(db);
  const found = Map.groupBy(rows, ({ lane }) => lane);
  return asked.map(({ lane, limit }) => found.get(lane)?.slice(0, limit) ?? []);
}

/**
 * Makes the rest of a lane wait with its first message, which surely was not sent. Of the others none is being sent by
 * us: where one is, the lane is somebody else's by now.
 *
 * @param hold.counts it was a try of the first message
 * @param hold.pausedId only while this channel is paused: what the end of the pause released is not to be held after that
 */
export async function holdLane(
  db: Db,
  hold: {
    lane: string;
    seconds: number;
    headId: string;
    counts: boolean;
    pausedId?: string | undefined;
  },
): Promise<void> {
  const { pausedId = null } = hold;
  await sql`
    with paused as materialized (
      -- Who ends the pause just now is waited for, and waits for this.
      select id from channels where id = ${pausedId}::uuid and status = 'paused' for share
    )
    update messages set due_at = clock_timestamp() + make_interval(secs => ${hold.seconds}::float8),
      state = 'waiting', tries = tries + (id = ${hold.headId}::uuid and ${hold.counts}::boolean)::integer
    where lane = ${hold.lane}::text and due_at is not null
      and (id = ${hold.headId}::uuid and state in ('waiting', 'sending')
        or state = 'waiting'
          and due_at < clock_timestamp() + make_interval(secs => ${hold.seconds}::float8))
      and (${pausedId}::uuid is null or exists (select from paused))`.execute(db);
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
export function finishReceived(db: Db, id: string, kommoId: string | null): Promise<void> {
  return finishReceivedGathered(db, { id, kommoId });
}

const finishReceivedGathered = gathered(
  async (db, done: readonly { id: string; kommoId: string | null }[]) => {
    const rows = inOrder(done);
    await sql`${prepared('finish-received')}
      update messages set state = 'sent', kommo_id = done.kommo_id, due_at = null, reason = null
      from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ kommoId }) => kommoId)}::text[])
        as done (id, kommo_id)
      where messages.id = done.id`.execute(db);
    return done.map(() => undefined);
  },
);

/** Processes that change the same rows come to them in the same order. */
function inOrder<Row extends { id: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));
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
export const beginSending: (db: Db, id: string) => Promise<boolean> = gathered(
  async (db, ids: readonly string[]) => {
    const { rows } = await sql<{ id: string }>`${prepared('begin-sending')}
      update messages set state = 'sending'
      where id = any(${ids.toSorted()}::uuid[]) and state = 'waiting'
      returning id`.execute(db);
    const begun = new Set(rows.map(({ id }) => id));
    // Of two that ask for the same, one has it.
    return ids.map((id) => begun.delete(id));
  },
);

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

/** What became of a message that a service took. */
interface Sent {
  id: string;
  part: number;
  serviceId: string | null;
  /** It is the last of several parts. */
  isOneOfSeveral: boolean;
  /** Kommo is to be told. */
  isDelivered: boolean;
}

/** The service has all of it. That is the last word, also when somebody else has given the message up meanwhile. */
export const finishSent: (db: Db, sent: Sent) => Promise<void> = gathered(
  async (db, all: readonly Sent[]) => {
    const rows = inOrder(all);
    await sql`${prepared('finish-sent')}
      update messages set part = sent.part, reason = null,
        service_id = coalesce(messages.service_id, sent.service_id),
        part_ids = case when sent.is_one_of_several
          then array_append(messages.part_ids, sent.service_id) end,
        state = case when sent.is_delivered then 'delivered' else 'sent' end,
        due_at = case when sent.is_delivered then coalesce(messages.due_at, clock_timestamp()) end
      from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ part }) => part)}::integer[],
        ${rows.map(({ serviceId }) => serviceId)}::text[],
        ${rows.map(({ isOneOfSeveral }) => isOneOfSeveral)}::boolean[],
        ${rows.map(({ isDelivered }) => isDelivered)}::boolean[])
        as sent (id, part, service_id, is_one_of_several, is_delivered)
      where messages.id = sent.id`.execute(db);
    return all.map(() => undefined);
  },
);

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

/** The same for a channel that is gone, with the chat, which would be kept for months. */
export async function dropWithChat(
  db: Db,
  { id, conversationId }: Pick<LaneMessage, 'id' | 'conversationId'>,
): Promise<void> {
  if (conversationId !== null) {
    await db.deleteFrom('conversations').where('id', '=', conversationId).execute();
  }
  await dropMessage(db, id);
}

/** Kommo was told of this state; a later one stays due. */
export const finishReport: (
  db: Db,
  report: { id: string; state: string; rank: number },
) => Promise<void> = gathered(
  async (db, all: readonly { id: string; state: string; rank: number }[]) => {
    const rows = inOrder(all);
    await sql`${prepared('finish-report')}
      update messages set reported = told.rank,
        due_at = case when messages.state = told.state then null else messages.due_at end
      from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ state }) => state)}::text[],
        ${rows.map(({ rank }) => rank)}::smallint[]) as told (id, state, rank)
      where messages.id = told.id`.execute(db);
    return all.map(() => undefined);
  },
);

export async function reportLater(db: Db, id: string, seconds: number): Promise<void> {
  await sql`
    update messages set due_at = clock_timestamp() + make_interval(secs => ${seconds}::float8)
    where id = ${id}::uuid and due_at is not null`.execute(db);
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

/**
 * What waited while a channel was paused or signed out goes on, also what a client wrote and what had waited too long for
 * the end of a pause.
 */
export async function releaseChannel(db: Db | Trx, channelId: string): Promise<void> {
  await sql`
    update messages set due_at = clock_timestamp()
    where channel_id = ${channelId}::uuid and state = 'waiting' and due_at > clock_timestamp()`.execute(
    db,
  );
  await sql`
    update messages set state = 'waiting', tries = 0, reason = null, due_at = clock_timestamp()
    where channel_id = ${channelId}::uuid and state = 'failed' and direction = 'in'
      and reason = 'no_connection' and content is not null`.execute(db);
}
