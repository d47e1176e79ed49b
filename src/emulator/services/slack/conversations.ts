import type { World } from '../../kommo/world.ts';
import type { Conversation, Fields, Member, StoredMessage } from './entities.ts';
import { fileObject } from './files.ts';
import { runtimeOf } from './runtime.ts';
import { APP_ID, APP_NAME, BOT_ID, BOT_USER_ID, nextTs, slackState } from './state.ts';

export function conversationKey({ team_id, id }: Pick<Conversation, 'team_id' | 'id'>): string {
  return `${team_id}/${id}`;
}

export function findMember(world: World, teamId: string, id: string): Member | undefined {
  return slackState(world).members.find((one) => one.team_id === teamId && one.id === id);
}

/** A conversation by its id. */
export function findConversation(
  world: World,
  teamId: string,
  id: string,
): Conversation | undefined {
  const { conversations } = slackState(world);
  const key = conversationKey({ team_id: teamId, id });
  return Object.hasOwn(conversations, key) ? conversations[key] : undefined;
}

/** The direct message of the app with a member, begun when it is not there yet. */
export function directMessage(world: World, member: Member): Conversation {
  const { conversations } = slackState(world);
  const id = member.id.replace(/^U/, 'D');
  const key = conversationKey({ team_id: member.team_id, id });
  conversations[key] ??= {
    team_id: member.team_id,
    id,
    type: 'im',
    user: member.id,
    name: '',
    is_member: true,
    is_archived: false,
    messages: {},
    threads: {},
  };
  return conversations[key];
}

/** What a message is made of, besides what every message has. */
export type Content = Pick<StoredMessage, 'text'> &
  Partial<
    Pick<StoredMessage, 'blocks' | 'attachments' | 'client_msg_id' | 'file_ids' | 'thread_ts'>
  >;

/** Adds a message at the conversation's end. */
export function addMessage(
  world: World,
  conversation: Conversation,
  user: string,
  content: Content,
): StoredMessage {
  const stored: StoredMessage = {
    ts: nextTs(world),
    side: user === BOT_USER_ID ? 'app' : 'member',
    user,
    text: content.text,
    blocks: content.blocks ?? [],
    attachments: content.attachments ?? [],
    thread_ts: content.thread_ts ?? null,
    client_msg_id: content.client_msg_id ?? null,
    file_ids: content.file_ids ?? [],
    edited_ts: null,
    earlier: [],
    reactions: {},
    is_deleted: false,
    at: world.clock.now(),
  };
  conversation.messages[stored.ts] = stored;
  if (stored.thread_ts !== null) {
    const { threads } = conversation;
    const replies = Object.hasOwn(threads, stored.thread_ts) ? threads[stored.thread_ts] : [];
    threads[stored.thread_ts] = [...(replies ?? []), stored.ts];
  }
  return stored;
}

/** A message that is still there. */
export function findMessage(conversation: Conversation, ts: string): StoredMessage | undefined {
  const message = Object.hasOwn(conversation.messages, ts) ? conversation.messages[ts] : undefined;
  return message?.is_deleted ? undefined : message;
}

/** Replies to a thread's first message that are still there, oldest first. */
export function repliesTo(conversation: Conversation, ts: string): StoredMessage[] {
  const { threads, messages } = conversation;
  const replies = Object.hasOwn(threads, ts) ? (threads[ts] ?? []) : [];
  return replies.flatMap((reply) => {
    const stored = messages[reply];
    return stored === undefined || stored.is_deleted ? [] : [stored];
  });
}

/** The message as the Web API and the events show it. @see https://docs.slack.dev/reference/events/message */
export function messageFields(
  world: World,
  conversation: Conversation,
  stored: StoredMessage,
): Fields {
  const { files } = slackState(world);
  const shown = stored.file_ids.flatMap((id) => {
    const file = files[id];
    return file === undefined ? [] : [fileObject(world, file)];
  });
  const replies = repliesTo(conversation, stored.ts);
  const parent = stored.thread_ts === null ? undefined : conversation.messages[stored.thread_ts];
  return {
    ...(shown.length > 0 && { subtype: 'file_share', upload: false, display_as_bot: false }),
    user: stored.user,
    type: 'message',
    ts: stored.ts,
    ...(stored.client_msg_id !== null && { client_msg_id: stored.client_msg_id }),
    ...(stored.side === 'app' && {
      bot_id: BOT_ID,
      app_id: APP_ID,
      bot_profile: {
        id: BOT_ID,
        deleted: false,
        name: APP_NAME,
        app_id: APP_ID,
        team_id: conversation.team_id,
      },
    }),
    text: stored.text,
    team: conversation.team_id,
    ...(stored.edited_ts !== null && { edited: { user: stored.user, ts: stored.edited_ts } }),
    ...(stored.thread_ts !== null && {
      thread_ts: stored.thread_ts,
      ...(parent !== undefined && { parent_user_id: parent.user }),
    }),
    ...(replies.length > 0 && threadFields(stored, replies)),
    ...(stored.blocks.length > 0 && { blocks: stored.blocks }),
    ...(stored.attachments.length > 0 && { attachments: stored.attachments }),
    ...(shown.length > 0 && { files: shown }),
    ...(Object.keys(stored.reactions).length > 0 && { reactions: reactionFields(stored) }),
  };
}

/** What a thread's first message says of its replies. */
function threadFields({ ts }: StoredMessage, replies: StoredMessage[]): Fields {
  const users = [...new Set(replies.map(({ user }) => user))];
  return {
    thread_ts: ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    latest_reply: replies.at(-1)?.ts,
    reply_users: users,
    is_locked: false,
  };
}

export function reactionFields({ reactions }: StoredMessage): Fields[] {
  return Object.entries(reactions).map(([name, users]) => ({ name, users, count: users.length }));
}

/** What is left of a thread's first message that was deleted. */
export function tombstone(conversation: Conversation, stored: StoredMessage): Fields {
  return {
    subtype: 'tombstone',
    text: 'This message was deleted.',
    user: 'USLACKBOT',
    hidden: true,
    type: 'message',
    ...threadFields(stored, repliesTo(conversation, stored.ts)),
    ts: stored.ts,
  };
}

/** Tells whoever watches the conversation that it changed. */
export function tellConversation(world: World, conversation: Conversation): void {
  runtimeOf(world).tell(conversationKey(conversation));
}
