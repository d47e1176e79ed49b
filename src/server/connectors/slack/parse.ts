import type { WebhookRequest } from '../connector.ts';
import type {
  ReceivedDeletion,
  ReceivedEdit,
  ReceivedItem,
  ReceivedPerson,
  ReceivedStatus,
} from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { eventOf } from '../webhook-proof.ts';
import { contentsOf, filesOf, isGone, wordsOf } from './content.ts';
import { emojiOf } from './emoji.ts';
import { outerEvent, type SlackEvent, type SlackFile, type SlackMessage } from './event.ts';
import { isDirectMessage, messageKey, pendingFileKey } from './message-id.ts';

/** What is known of an event beside its content. */
interface Context {
  channel: string;
  eventId: string;
  /** For what does not say when it happened. */
  receivedAtMs: number;
  /** The users we are, in all workspaces named. */
  ours: ReadonlySet<string>;
}

/**
 * Reads an event. Only direct messages with our bot are carried; channels, groups, other bots and what nobody wrote
 * give nothing.
 *
 * @see https://docs.slack.dev/reference/events/message.im
 */
export function parseEvent({ body, receivedAtMs = 0 }: WebhookRequest): ReceivedItem[] {
  const outer = outerEvent.safeParse(eventOf(body)).data;
  const event = outer?.type === 'event_callback' ? outer.event : undefined;
  if (outer === undefined || event === undefined) return [];
  const channel = event.type === 'message' ? event.channel : event.item?.channel;
  const isDirect = event.channel_type === undefined || event.channel_type === 'im';
  if (!isDirect || !isDirectMessage(channel)) return [];
  const bots = (outer.authorizations ?? []).flatMap((one) =>
    one?.is_bot === true && one.user_id !== undefined ? [one.user_id] : [],
  );
  const context = { channel, eventId: outer.event_id ?? '', receivedAtMs, ours: new Set(bots) };
  if (event.type === 'reaction_added' || event.type === 'reaction_removed') {
    return readReaction(event, context);
  }
  return event.type === 'message' ? readMessageEvent(event, context) : [];
}

function readMessageEvent(event: SlackEvent, context: Context): ReceivedItem[] {
  switch (event.subtype) {
    case undefined:
    case 'file_share':
    case 'thread_broadcast':
    case 'me_message':
      return isOurs(event, context) ? readEcho(event, context) : readMessage(event, context);
    case 'message_changed':
      return readChange(event, context);
    case 'message_deleted':
      return readDeletion(event.previous_message, event, context);
    default:
      return [];
  }
}

function readMessage(event: SlackEvent, context: Context): ReceivedItem[] {
  const person = personOf(event);
  if (person === undefined || event.ts === undefined) return [];
  const { ts, thread_ts: thread } = event;
  const files = filesOf(event);
  return contentsOf(event).map((content, at) => ({
    event: 'message',
    messageId: messageKey(context.channel, ts, at === 0 ? undefined : nameOfFile(files[at], at)),
    content,
    chat: { id: context.channel },
    person,
    atMs: millisecondsOf(ts) ?? context.receivedAtMs,
    ...(thread !== undefined && thread !== ts && { replyTo: messageKey(context.channel, thread) }),
  }));
}

/** A file of ours is shown some time after we handed it over; until then Slack has given it no `ts`. */
function readEcho(event: SlackEvent, { channel }: Context): ReceivedStatus[] {
  return filesOf(event).map(({ id }) => ({
    event: 'status',
    messageId: pendingFileKey(channel, id),
    state: 'delivered',
  }));
}

/** Slack tells of a change also when it has fetched the preview of a link, and when a thread grows. */
function readChange(event: SlackEvent, context: Context): ReceivedItem[] {
  const { message: now, previous_message: before } = event;
  if (now === undefined) return [];
  // What others have answered to leaves a stone behind.
  if (now.subtype === 'tombstone') return readDeletion(before ?? now, event, context);
  const person = personOf(now);
  if (person === undefined || now.ts === undefined || isOurs(now, context)) return [];
  const { channel } = context;
  const { ts } = now;
  const happened = {
    chat: { id: channel },
    person,
    atMs: millisecondsOf(event.event_ts ?? now.edited?.ts) ?? context.receivedAtMs,
  };
  const gone = goneFiles(before, now);
  const further = gone
    .filter(({ at }) => at > 0)
    .map(
      ({ file, at }): ReceivedDeletion => ({
        event: 'delete',
        messageId: messageKey(channel, ts, nameOfFile(file, at)),
        ...happened,
      }),
    );
  const isFirstGone = gone.some(({ at }) => at === 0);
  if (!isFirstGone && !isReworded(before, now)) return further;
  const messageId = messageKey(channel, ts);
  const words = wordsOf(now);
  const textAlone = words === undefined ? undefined : { kind: 'text' as const, text: words };
  const content = isFirstGone ? textAlone : contentsOf(now)[0];
  if (content === undefined) return [{ event: 'delete', messageId, ...happened }, ...further];
  const editId = now.edited?.ts ?? event.event_ts ?? context.eventId;
  const edit: ReceivedEdit = {
    event: 'edit',
    messageId,
    editId: isFirstGone ? `${editId}:file` : editId,
    content,
    ...happened,
  };
  return [edit, ...further];
}

function readDeletion(
  deleted: SlackMessage | undefined,
  event: SlackEvent,
  context: Context,
): ReceivedDeletion[] {
  if (deleted === undefined || isOurs(deleted, context)) return [];
  const person = personOf(deleted);
  const ts = event.deleted_ts ?? deleted.ts;
  if (person === undefined || ts === undefined) return [];
  const files = filesOf(deleted);
  return [undefined, ...files.slice(1).map((file, at) => nameOfFile(file, at + 1))].map(
    (further) => ({
      event: 'delete',
      messageId: messageKey(context.channel, ts, further),
      chat: { id: context.channel },
      person,
      atMs: millisecondsOf(event.event_ts) ?? context.receivedAtMs,
    }),
  );
}

/** A client can put several reactions on one message; Kommo shows one, and the newest word counts. */
function readReaction(event: SlackEvent, context: Context): ReceivedItem[] {
  const { item, user } = event;
  if (item?.ts === undefined || user === undefined || context.ours.has(user)) return [];
  // A picture of the workspace's own has no letter that Kommo could show.
  const emoji = emojiOf(event.reaction ?? '');
  if (emoji === undefined) return [];
  return [
    {
      event: 'reaction',
      messageId: messageKey(context.channel, item.ts),
      emoji: event.type === 'reaction_added' ? emoji : null,
      reactionId: `${event.event_ts ?? ''}:${context.eventId}`,
      chat: { id: context.channel },
      person: namelessPerson(user),
      atMs: millisecondsOf(event.event_ts) ?? context.receivedAtMs,
    },
  ];
}

function personOf({ user, user_profile: profile }: SlackMessage): ReceivedPerson | undefined {
  if (user === undefined) return undefined;
  const name =
    plainLine(profile?.display_name) ?? plainLine(profile?.real_name) ?? plainLine(profile?.name);
  return name === undefined ? namelessPerson(user) : { id: user, name };
}

/** Slack names people by their id alone; only those of other workspaces come with their profile. */
function namelessPerson(user: string): ReceivedPerson {
  return { id: user, name: user, isNameless: true };
}

/** In a direct message with our bot there is no other one. */
function isOurs(message: SlackMessage, { ours }: Context): boolean {
  const { bot_id: bot, bot_profile: profile, user } = message;
  const isBot = bot !== undefined || (profile !== undefined && profile !== null);
  return isBot || (user !== undefined && ours.has(user));
}

function isReworded(before: SlackMessage | undefined, now: SlackMessage): boolean {
  if (before === undefined) return now.edited !== undefined;
  return (before.text ?? '') !== (now.text ?? '');
}

/** Files that were there before, by their place, and are not any more. */
function goneFiles(
  before: SlackMessage | undefined,
  now: SlackMessage,
): { file: SlackFile; at: number }[] {
  if (before === undefined) return [];
  const living = new Set(
    filesOf(now)
      .filter((file) => !isGone(file))
      .map(({ id }) => id),
  );
  return filesOf(before)
    .map((file, at) => ({ file, at }))
    .filter(({ file }) => !isGone(file) && !living.has(file.id));
}

function nameOfFile(file: SlackFile | undefined, at: number): string {
  return file?.id ?? `F${at}`;
}

/** A time stamp is a time in seconds, and six digits that make it unique. */
function millisecondsOf(ts: string | undefined): number | undefined {
  if (ts === undefined) return undefined;
  const [seconds = '', fraction = ''] = ts.split('.');
  return Number(seconds) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
}
