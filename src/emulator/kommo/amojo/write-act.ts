import type { Chat, Message } from '../chat-entities.ts';
import type { StoredFile } from '../file-store.ts';
import type { World } from '../world.ts';
import { addMessage, messageOf, quoteOf } from './chats.ts';
import { messageHook } from './hook-bodies.ts';
import type { Actor, ActResult, Outgoing } from './outgoing.ts';
import { type HookTarget, sendHook } from './send-hook.ts';
import { fileMessage, storeFile } from './sent-files.ts';
import { filled } from './sent-template.ts';

/** Writes a message, or one for each file, and sends them all at once. */
export async function write(
  place: HookTarget,
  chat: Chat,
  actor: Actor,
  what: Outgoing,
): Promise<ActResult> {
  const { world, scope } = place;
  const files = [...(what.file === undefined ? [] : [what.file]), ...(what.files ?? [])];
  const stored = files.map((file) => storeFile(world, file));
  const quoted =
    what.reply_to === undefined ? null : messageOf(world, chat, what.reply_to, 'reply_to');
  const template = what.template && filled(world, scope, what.template);
  const group = stored.length > 1 ? { media_group_id: crypto.randomUUID() } : {};
  const markup = markupOf(what) ?? template?.markup;
  const parts = stored.length === 0 ? [undefined] : stored;
  const sent = parts.map(async (file, index) => {
    const isFirst = index === 0;
    const message = newMessage(world, chat, actor, {
      ...{ type: 'text', text: isFirst ? (what.text ?? template?.text ?? '') : '' },
      ...(file !== undefined && fileMessage(scope, world, file, files[index])),
      ...group,
      ...(isFirst && markup !== undefined && { markup }),
      ...(isFirst && template !== undefined && { template: template.template }),
      ...what.message,
    });
    if (quoted !== null && isFirst) message.reply_to = quoteOf(quoted, null);
    if (file !== undefined) message.media = mediaOf(world, file);
    addMessage(world, chat, message);
    const result = await sendHook(place, messageHook(place, chat, message), what, (status, ms) => {
      message.hook = { status, ms };
      world.chatChanges.tell({ kind: 'hook', chat, message });
    });
    return { id: message.id, status: result.status };
  });
  const results = await Promise.all(sent);
  const [first] = results;
  const statuses = results.map(({ status }) => status);
  return {
    status: statuses.find((status) => status !== 200) ?? first?.status ?? null,
    message_id: first?.id ?? null,
    chat_id: chat.id,
    ...(results.length > 1 && { statuses, message_ids: results.map(({ id }) => id) }),
  };
}

function newMessage(
  world: World,
  chat: Chat,
  { person, author }: Actor,
  message: Record<string, unknown>,
): Message {
  const now = world.clock.now();
  return {
    id: crypto.randomUUID(),
    client_id: null,
    author,
    origin: 'kommo',
    sender: person,
    receiver: chat.user,
    timestamp: Math.floor(now / 1000),
    msec_timestamp: now,
    arrived_at: now,
    message,
    is_edited: false,
    reply_to: null,
    forwards: null,
    delivery: null,
    media: null,
    hook: null,
    reactions: [],
    is_silent: false,
    source_external_id: chat.source_external_id,
  };
}

function mediaOf(world: World, file: StoredFile): Message['media'] {
  const { content_type, size, sha256, id } = file;
  return {
    ...{ state: 'fetched', reason: null, status: 200, content_type, size, sha256 },
    ...{ at: world.clock.now(), path: `/__emulator/files/${id}` },
  };
}

function markupOf({ buttons, list_message: list }: Outgoing): object | undefined {
  if (list !== undefined) return { list_message: list };
  if (buttons === undefined) return undefined;
  const rows = buttons.map((row) =>
    row.map((button) => (typeof button === 'string' ? { text: button } : button)),
  );
  return { mode: 'inline', buttons: rows };
}
