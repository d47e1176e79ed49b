/** What a member of a workspace does. */

import { randomUUID } from 'node:crypto';
import type { World } from '../../kommo/world.ts';
import { type Given, optional, text } from '../given.ts';
import { addMessage, messageFields, repliesTo, tellConversation } from './conversations.ts';
import { emojiName } from './emoji.ts';
import type { Member, StoredFile, StoredMessage } from './entities.ts';
import {
  changedEvent,
  deletedEvent,
  fileSharedEvent,
  messageEvent,
  reactionEvent,
} from './events.ts';
import { fileOf } from './member-content.ts';
import { type Done, messageAt, type Scene, sceneOf } from './member-scene.ts';
import { addReaction, takeReaction } from './reaction-methods.ts';
import { nextId, nextTs, slackState } from './state.ts';
import { linksIn, typedText } from './texts.ts';

/**
 * A member writes: `kind` is `text` (the default), `link` (with a preview that comes as a change), `picture`, `file`,
 * `video` or `audio`; `text` stands alone or beside a file; `thread_ts` answers in a thread. `raw: true` takes the text
 * as Slack's own notation.
 */
export function sendAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const { member, conversation } = scene;
  const kind = optional(given, 'kind') ?? 'text';
  const isFile = kind !== 'text' && kind !== 'link';
  const typed = isFile ? (optional(given, 'text') ?? '') : text(given, 'text');
  const files = isFile ? filesOf(world, member, given) : [];
  const thread = optional(given, 'thread_ts');
  const root = thread === undefined ? null : rootOf(messageAt(conversation, thread));
  const words =
    given.raw === true ? { text: typed, blocks: [] } : typedText(typed, nextId(world, 'b'));
  const client_msg_id = optional(given, 'client_msg_id') ?? randomUUID();
  const stored = addMessage(world, conversation, member.id, {
    ...words,
    // Messages with files alone have none.
    client_msg_id: isFile && typed === '' ? null : client_msg_id,
    thread_ts: root,
    file_ids: files.map(({ id }) => id),
  });
  for (const file of files) {
    file.shares.push({ channel: conversation.id, ts: stored.ts, thread_ts: root });
    fileSharedEvent(world, conversation, { file: file.id, user: member.id });
  }
  const event_id = messageEvent(world, conversation, stored);
  const unfurl = kind === 'link' ? { unfurl_event_id: unfurlFirst(scene, stored, typed) } : {};
  tellConversation(world, conversation);
  return {
    ...done(scene, stored, event_id),
    client_msg_id,
    ...unfurl,
    ...(files.length > 0 && {
      files: files.map(({ id, name, size, sha256 }) => ({ id, name, size, sha256 })),
    }),
  };
}

function done({ team, conversation }: Scene, { ts }: StoredMessage, event_id: string | null): Done {
  return { team_id: team.id, channel: conversation.id, ts, event_id };
}

/** `items` are several files in one message; without it, the act is about one. */
function filesOf(world: World, member: Member, given: Given): StoredFile[] {
  if (given.items === undefined) return [fileOf(world, member, given)];
  if (!Array.isArray(given.items) || given.items.length === 0 || given.items.length > 10) {
    throw new TypeError('items: one to ten are expected');
  }
  return given.items.map((item) => fileOf(world, member, item as Given));
}

/** Slack's client answers the thread, whichever of its messages one looks at. */
function rootOf({ ts, thread_ts }: StoredMessage): string {
  return thread_ts ?? ts;
}

/** The preview of a link comes after the message, as a change that nobody made. */
function unfurlFirst({ world, conversation, given }: Scene, stored: StoredMessage, typed: string) {
  const [url] = linksIn(typed);
  if (url === undefined) throw new TypeError('text: a link is expected');
  const before = messageFields(world, conversation, stored);
  const title = optional(given, 'title') ?? 'A page of the emulated internet';
  stored.attachments = [
    {
      id: 1,
      from_url: url,
      original_url: url,
      service_name: new URL(url).hostname,
      fallback: title,
      title,
      title_link: url,
      text: 'What the page says of itself.',
    },
  ];
  return changedEvent(world, conversation, { before, stored });
}

/** An own message at `ts`. @throws TypeError */
function ownMessage({ member, conversation, given }: Scene): StoredMessage {
  const stored = messageAt(conversation, text(given, 'ts'));
  if (stored.user !== member.id) throw new TypeError('ts: not a message of this member');
  return stored;
}

/** A member changes an own message: `ts`, `text`. */
export function editAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const { conversation } = scene;
  const stored = ownMessage(scene);
  const before = messageFields(world, conversation, stored);
  stored.earlier.push(stored.text);
  const typed = text(given, 'text');
  Object.assign(stored, typedText(typed, nextId(world, 'b')));
  // A preview goes with its link.
  const links = linksIn(typed);
  stored.attachments = stored.attachments.filter((one) => links.includes(String(one.from_url)));
  stored.edited_ts = nextTs(world);
  const event_id = changedEvent(world, conversation, { before, stored });
  tellConversation(world, conversation);
  return done(scene, stored, event_id);
}

/** A member deletes an own message: `ts`. */
export function deleteAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const { conversation } = scene;
  const stored = ownMessage(scene);
  const before = messageFields(world, conversation, stored);
  const hasReplies = repliesTo(conversation, stored.ts).length > 0;
  stored.is_deleted = true;
  const event_id = deletedEvent(world, conversation, { before, stored, hasReplies });
  tellConversation(world, conversation);
  return done(scene, stored, event_id);
}

/** A member chooses an emoji for the message at `ts`, or takes it back (`remove: true`). */
export function reactAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const { conversation, member } = scene;
  const stored = messageAt(conversation, text(given, 'ts'));
  const name = emojiName(text(given, 'emoji'));
  if (name === undefined) throw new TypeError('emoji: the workspace has no such emoji');
  const isTaken = given.remove === true;
  const change = isTaken ? takeReaction : addReaction;
  if (!change(stored, name, member.id)) {
    throw new TypeError(`emoji: ${isTaken ? 'was not chosen' : 'is chosen already'}`);
  }
  const type = isTaken ? 'reaction_removed' : 'reaction_added';
  const event_id = reactionEvent(world, conversation, { type, user: member.id, name, stored });
  tellConversation(world, conversation);
  return done(scene, stored, event_id);
}

/** The app is invited to a channel, or removed from it (`is_member: false`). */
export function inviteAct(world: World, given: Given): object {
  text(given, 'channel');
  const { conversation } = sceneOf(world, given);
  conversation.is_member = given.is_member !== false;
  if (typeof given.is_archived === 'boolean') conversation.is_archived = given.is_archived;
  const { id, is_member, is_archived } = conversation;
  return { channel: id, is_member, is_archived };
}

/** Adds a member, or changes one: `id`, `name`, `real_name`, `display_name`, `email`, `phone`. */
export function memberAct(world: World, given: Given, teamId: string): Member {
  const id = text(given, 'id');
  if (!/^[UW][A-Z0-9]{3,}$/.test(id)) throw new TypeError('id: U and at least three signs');
  const { members } = slackState(world);
  const known = members.find((one) => one.team_id === teamId && one.id === id);
  const member: Member = known ?? {
    id,
    team_id: teamId,
    name: id.toLowerCase(),
    real_name: `Member ${id}`,
    display_name: '',
    email: `${id.toLowerCase()}@example.com`,
    phone: '',
  };
  if (known === undefined) members.push(member);
  const names = ['name', 'real_name', 'display_name', 'email', 'phone'] as const;
  for (const name of names) if (typeof given[name] === 'string') member[name] = given[name];
  return member;
}
