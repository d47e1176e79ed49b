import { sql } from 'kysely';
import type { MessageKind } from '../../../contract/api.ts';
import type { Db } from '../../platform/database/database.ts';
import { gathered } from '../../platform/database/gathered.ts';
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
 * Stores a message and its chat in one statement: from then on nothing loses it. What comes while others are being
 * stored shares a statement.
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
  const sealedChat = chat && sealChat(secrets, message, chat);
  return storeSealed(db, { id, message, content, media: sealedMedia, chat: sealedChat });
}

/** A message as its row has it. */
interface SealedMessage {
  id: string;
  message: NewMessage;
  content: string;
  media: string | null;
  chat: SealedChat | undefined;
}

interface SealedChat {
  id: string;
  accountId: number;
  epoch: number;
  channelId: string;
  person: string;
  /** Empty for hearsay: it never takes the place of what is known. */
  mark: string;
  isGroup: boolean;
  kommo: { chatId: string; personId: string } | undefined;
}

function sealChat(secrets: Secrets, message: NewMessage, chat: ChatRow): SealedChat {
  const { accountId, epoch, channelId } = message;
  const { id, isGroup, kommo } = chat;
  const plain = JSON.stringify(chat.person);
  const person = secrets.seal(plain, `conversations:${id}:person`);
  const mark = chat.isHearsay === true ? HEARSAY : markOf(secrets, plain);
  return { id, accountId, epoch, channelId, person, mark, isGroup, kommo };
}

const HEARSAY = '';

const storeSealed = gathered(storeAll);

async function storeAll(
  db: Db,
  given: readonly SealedMessage[],
): Promise<readonly (string | undefined)[]> {
  // Processes that store the same events at the same time come to them in the same order.
  const sorted = given.toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
  const chats = chatsOf(given);
  // Two statements, so two names: a connection that knows one refuses the other under the same.
  const name = chats.length === 0 ? 'store-messages' : 'store-messages-and-chats';
  const column = <Value>(value: (one: SealedMessage) => Value) => sorted.map(value);
  const { rows } = await sql<{ id: string }>`${prepared(name)}
    with chats as (${chats.length === 0 ? NO_CHAT : upsertChats(chats)})
    insert into messages (id, account_id, channel_id, conversation_id, direction, event, kind, key,
      kommo_id, lane, state, due_at, content, media, at)
    select id, account_id, channel_id, conversation_id, direction, event, kind, key, kommo_id, lane, 'waiting',
      clock_timestamp(), content, media, at
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ message }) => message.accountId)}::bigint[],
      ${column(({ message }) => message.channelId)}::uuid[],
      ${column(({ message, chat }) => chat?.id ?? message.conversationId ?? null)}::uuid[],
      ${column(({ message }) => message.direction)}::text[], ${column(({ message }) => message.event)}::text[],
      ${column(({ message }) => message.kind)}::text[], ${column(({ message }) => message.key)}::text[],
      ${column(({ message }) => message.kommoId ?? null)}::text[],
      ${column(({ message }) => message.lane)}::text[], ${column(({ content }) => content)}::text[],
      ${column(({ media }) => media)}::text[],
      ${column(({ message }) => new Date(message.atMs).toISOString())}::timestamptz[])
      as given (id, account_id, channel_id, conversation_id, direction, event, kind, key, kommo_id, lane,
        content, media, at)
    on conflict (channel_id, direction, key) do nothing
    returning id`.execute(db);
  const stored = new Set(rows.map(({ id }) => id));
  return given.map(({ id }) => (stored.has(id) ? id : undefined));
}

function placeOf({ message: { channelId, direction, key } }: SealedMessage): string {
  return `${channelId} ${direction} ${key}`;
}

/** Each chat once, as the newest of its messages has it; hearsay only where nothing else is told. */
function chatsOf(given: readonly SealedMessage[]): SealedChat[] {
  const chats = new Map<string, SealedChat>();
  for (const { chat } of given) {
    if (chat === undefined) continue;
    const former = chats.get(chat.id);
    const isBetter = former === undefined || chat.mark !== HEARSAY || former.mark === HEARSAY;
    chats.set(chat.id, isBetter ? { ...chat, kommo: (former ?? chat).kommo } : former);
  }
  return [...chats.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

const NO_CHAT = sql`select`;

/** Writes only when the person or the chat is new or has changed, and once a day. */
function upsertChats(chats: readonly SealedChat[]) {
  const column = <Value>(value: (one: SealedChat) => Value) => chats.map(value);
  return sql`insert into conversations as known (id, account_id, epoch, channel_id, person, person_mark,
      is_group, kommo_chat_id, kommo_person_id, is_bound)
    select id, account_id, epoch, channel_id, person, person_mark, is_group, kommo_chat_id, kommo_person_id,
      kommo_chat_id is null
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ accountId }) => accountId)}::bigint[],
      ${column(({ epoch }) => epoch)}::integer[], ${column(({ channelId }) => channelId)}::uuid[],
      ${column(({ person }) => person)}::text[], ${column(({ mark }) => mark)}::text[],
      ${column(({ isGroup }) => isGroup)}::boolean[], ${column(({ kommo }) => kommo?.chatId ?? null)}::text[],
      ${column(({ kommo }) => kommo?.personId ?? null)}::text[])
      as given (id, account_id, epoch, channel_id, person, person_mark, is_group, kommo_chat_id, kommo_person_id)
    where not exists (select from conversations as one
      where one.id = given.id and one.seen_on = current_date
        and (one.person_mark = given.person_mark or given.person_mark = ${HEARSAY}::text))
    on conflict (id) do update set seen_on = current_date,
      -- Kommo goes on with whom it knew before the chat moved.
      person = case when excluded.person_mark = ${HEARSAY}::text or known.known_as is not null
        then known.person else excluded.person end,
      person_mark = case when excluded.person_mark = ${HEARSAY}::text or known.known_as is not null
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

/** A process that stood still, and lost its lane for that, notes the answer it got within this time. */
const LATE_ANSWER_SECONDS = 10;

/**
 * Notes what a service says about a message that was sent. A status only rises; failed is final. Of a message in several
 * parts the last one tells that it has arrived, and any that it has not.
 *
 * @returns false when it is to be told again: it may be about a message that is being sent at this moment, whose id we do
 *   not know yet, or it says that a part failed while others are on their way
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
  const { rows } = await sql<{ isKnown: boolean; isUnderWay: boolean; isSending: boolean }>`
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
        -- Kommo does not know a test.
        and state in ${below} and event <> 'test'
    )
    select exists (select from about) as is_known,
      exists (select from about where state in ('waiting', 'sending')) as is_under_way,
      exists (select from messages
        where channel_id = ${status.channelId}::uuid and (state = 'sending'
          -- Given up by one process while another that is late may still get its answer.
          or state = 'failed' and reason = 'may_have_arrived' and service_id is null
            and stored_at > clock_timestamp() - make_interval(secs => ${LATE_ANSWER_SECONDS}::float8)
        )) as is_sending`.execute(db);
  const { isKnown, isUnderWay, isSending } = rows[0] ?? {};
  return isKnown ? status.state !== 'failed' || !isUnderWay : !isSending;
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
