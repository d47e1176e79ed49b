import { sql } from 'kysely';
import type { MessageKind } from '../../../contract/api.ts';
import type { Db } from '../../platform/database/database.ts';
import { prepared } from '../../platform/database/prepared.ts';
import { newRowId } from '../../platform/database/row-id.ts';
import type { MessagesTable } from '../../platform/database/schema.ts';
import type { Secrets } from '../../platform/database/secrets.ts';
import type { OutgoingContent, ReceivedContent, StoredMedia } from '../stored-content.ts';

/** `messages.channel_id` where there is no channel to send through. */
export const NO_CHANNEL = '00000000-0000-0000-0000-000000000000';

/** Who and where a chat is, as the service says. */
export interface ChatPerson {
  chatId: string;
  personId: string;
  name: string;
  /** The name is only what stands in for one. */
  isNameless?: true;
  phone?: string;
  email?: string;
  avatarUrl?: string;
}

/** The chat a message belongs to; made or brought up to date with it. */
export interface ChatRow {
  id: string;
  person: ChatPerson;
  isGroup: boolean;
  /** What is known of the person already is better than this. */
  isHearsay?: boolean;
  /** For a chat that began in Kommo. */
  kommo?: { chatId: string; personId: string };
}

export interface NewMessage {
  accountId: number;
  epoch: number;
  channelId: string;
  /** Undefined where Kommo named a chat that we do not know. */
  chat: ChatRow | undefined;
  /** A chat that is known, and stays as it is. */
  conversationId?: string;
  direction: 'in' | 'out';
  event: MessagesTable['event'];
  kind: MessageKind;
  key: string;
  kommoId?: string;
  lane: string;
  content: ReceivedContent | OutgoingContent;
  media?: StoredMedia;
  atMs: number;
}

/**
 * Stores a message and its chat in one statement: from then on nothing loses it.
 *
 * @returns its id; undefined when it was stored before
 */
export async function storeMessage(
  db: Db,
  secrets: Secrets,
  message: NewMessage,
): Promise<string | undefined> {
  const id = newRowId();
  const { chat, media } = message;
  const content = secrets.seal(JSON.stringify(message.content), `messages:${id}:content`);
  const sealedMedia =
    media === undefined ? null : secrets.seal(JSON.stringify(media), `messages:${id}:media`);
  // Two statements, so two names: a connection that knows one refuses the other under the same.
  const name = chat === undefined ? 'store-message' : 'store-message-and-chat';
  const { rows } = await sql<{ id: string }>`${prepared(name)}
    with chat as (${chat === undefined ? NO_CHAT : upsertChat(secrets, message, chat)})
    insert into messages (id, account_id, channel_id, conversation_id, direction, event, kind, key,
      kommo_id, lane, state, due_at, content, media, at)
    values (${id}::uuid, ${message.accountId}::bigint, ${message.channelId}::uuid,
      ${chat?.id ?? message.conversationId ?? null}::uuid, ${message.direction}::text, ${message.event}::text,
      ${message.kind}::text, ${message.key}::text, ${message.kommoId ?? null}::text,
      ${message.lane}::text, 'waiting', clock_timestamp(), ${content}::text,
      ${sealedMedia}::text, ${new Date(message.atMs).toISOString()}::timestamptz)
    on conflict (channel_id, direction, key) do nothing
    returning id`.execute(db);
  return rows[0]?.id;
}

const NO_CHAT = sql`select`;

/** Writes only when the person or the chat is new or has changed, and once a day. */
function upsertChat(secrets: Secrets, message: NewMessage, chat: ChatRow) {
  const plain = JSON.stringify(chat.person);
  const mark = markOf(secrets, plain);
  const sealed = secrets.seal(plain, `conversations:${chat.id}:person`);
  return sql`insert into conversations as known (id, account_id, epoch, channel_id, person, person_mark,
      is_group, kommo_chat_id, kommo_person_id, is_bound)
    select ${chat.id}::uuid, ${message.accountId}::bigint, ${message.epoch}::integer,
      ${message.channelId}::uuid, ${sealed}::text, ${mark}::text, ${chat.isGroup}::boolean,
      ${chat.kommo?.chatId ?? null}::text, ${chat.kommo?.personId ?? null}::text,
      ${chat.kommo === undefined}::boolean
    where not exists (select from conversations
      where id = ${chat.id}::uuid and seen_on = current_date
        and (person_mark = ${mark}::text or ${chat.isHearsay === true}::boolean))
    on conflict (id) do update set seen_on = current_date,
      -- Kommo goes on with whom it knew before the chat moved.
      person = case when ${chat.isHearsay === true}::boolean or known.known_as is not null
        then known.person else excluded.person end,
      person_mark = case when ${chat.isHearsay === true}::boolean or known.known_as is not null
        then known.person_mark else excluded.person_mark end`;
}

/** Tells whether a person changed, and tells nobody else who they are. */
function markOf(secrets: Secrets, person: string): string {
  return secrets.sign(`person ${person}`);
}

/** A group became another chat at the service: Kommo goes on in the one it knows. */
export async function moveChat(
  db: Db,
  move: { fromId: string; toId: string; person: (former: string) => string; knownAs: string },
): Promise<void> {
  const former = await db
    .selectFrom('conversations')
    .selectAll()
    .where('id', '=', move.fromId)
    .executeTakeFirst();
  if (!former) return;
  await db
    .insertInto('conversations')
    .values({
      ...former,
      id: move.toId,
      person: move.person(former.person),
      personMark: '',
      knownAs: former.knownAs ?? move.knownAs,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/**
 * Notes what a service says about a message that was sent. A status only rises; failed is final. Of a message in several
 * parts the last one tells that it has arrived, and any that it has not.
 *
 * @returns false when it may be about a message that is being sent at this moment, whose id we do not know yet
 */
export async function raiseStatus(
  db: Db,
  status: { channelId: string; serviceId: string; state: 'delivered' | 'read' | 'failed' },
): Promise<boolean> {
  const below = {
    delivered: sql`('sent')`,
    read: sql`('sent', 'delivered')`,
    failed: sql`('sent', 'delivered')`,
  }[status.state];
  const { rows } = await sql<{ isKnown: boolean; isSending: boolean }>`
    with about as (
      select id, state, part_ids from messages
      where channel_id = ${status.channelId}::uuid and direction = 'out'
        and service_id = ${status.serviceId}::text
      union
      select id, state, part_ids from messages
      where channel_id = ${status.channelId}::uuid and direction = 'out'
        and part_ids @> array[${status.serviceId}::text]
    ), raised as (
      update messages set state = ${status.state}::text, due_at = clock_timestamp(),
        reason = case when ${status.state}::text = 'failed' then 'refused' end
      where id in (
          select id from about
          where ${status.state}::text = 'failed' or part_ids is null
            or part_ids[cardinality(part_ids)] = ${status.serviceId}::text)
        and state in ${below}
    )
    select exists (select from about) as is_known,
      exists (select from messages
        where channel_id = ${status.channelId}::uuid and state = 'sending') as is_sending`.execute(
    db,
  );
  return rows[0]?.isKnown === true || rows[0]?.isSending !== true;
}

/** Where a chat webhook belongs. */
export interface HookTarget {
  accountId: number;
  epoch: number;
  channel: { id: string; connector: string; externalId: string } | undefined;
  /** The chat, where Kommo's id of it is known. */
  conversationId: string | undefined;
}

/**
 * The channel is that of the chat, else that of the source; else the one that our own id of the chat names, which a
 * bot that was removed and connected again shares with its chats of before.
 *
 * @returns undefined for a scope that is not connected in this install epoch
 */
export async function findHookTarget(
  db: Db,
  hook: {
    scopeId: string;
    kommoChatId: string;
    conversationId: string | undefined;
    sourceExternalId: string | undefined;
  },
): Promise<HookTarget | undefined> {
  const { rows } = await sql<{
    accountId: number;
    epoch: number;
    conversationId: string | null;
    channelId: string | null;
    connector: string;
    externalId: string;
  }>`${prepared('hook-target')}
    select accounts.id as account_id, accounts.epoch, chat.id as conversation_id,
      channels.id as channel_id, channels.connector, channels.external_id
    from scopes
    join accounts on accounts.id = scopes.account_id and accounts.epoch = scopes.epoch
    left join lateral (
      select id, channel_id from conversations
      where kommo_chat_id = ${hook.kommoChatId}::text and account_id = accounts.id
        and epoch = accounts.epoch
      -- A chat that the service has given another id: the newest one counts.
      order by created_at desc limit 1
    ) as chat on true
    left join sources on sources.account_id = accounts.id
      and sources.external_id = ${hook.sourceExternalId ?? null}::text
    left join lateral (
      select id, connector, external_id from channels as one
      where one.account_id = accounts.id and one.epoch = accounts.epoch
        and (one.id = coalesce(chat.channel_id, sources.channel_id)
          or starts_with(${hook.conversationId ?? ''}::text, one.connector || ':' || one.external_id || ':'))
      order by (one.id = coalesce(chat.channel_id, sources.channel_id)) is true desc limit 1
    ) as channels on true
    where scopes.scope_id = ${hook.scopeId}::text
    limit 1`.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  const { accountId, epoch, channelId: id, connector, externalId, conversationId } = row;
  return {
    accountId,
    epoch,
    channel: id === null ? undefined : { id, connector, externalId },
    conversationId: conversationId ?? undefined,
  };
}

/** Notes Kommo's ids of a chat that we know by our own. */
export async function noteKommoChat(
  db: Db,
  chat: { id: string; kommoChatId: string; kommoPersonId: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('conversations')
    .set({ kommoChatId: chat.kommoChatId, kommoPersonId: chat.kommoPersonId })
    .where('id', '=', chat.id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
