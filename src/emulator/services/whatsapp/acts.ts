import type { World } from '../../kommo/world.ts';
import { digits, type Given, oneOf, optional, text, whole } from '../given.ts';
import { contentIn } from './content.ts';
import { tellNetwork } from './events.ts';
import {
  acknowledge,
  addMessage,
  deliverWaiting,
  editMessage,
  messageIn,
  newMessageId,
  reactTo,
  revokeMessage,
  seeMessages,
  showPresence,
  type Writing,
} from './messages.ts';
import { groupOf, setAbsent } from './people.ts';
import { personIn, type Scene, sceneOf } from './scene.ts';
import { type Message, networkState, type Presence } from './state.ts';

/** What an act brought about. */
export interface Done {
  line: string;
  chat: string;
  message_id: string;
  file?: { name: string | null; mime: string; size: number; sha256: string };
}

const PRESENCES: readonly Presence[] = [
  'composing',
  'recording',
  'paused',
  'available',
  'unavailable',
];

/** Who acts: the client (default), or somebody on the linked phone itself (`as: "phone"`). */
function isOnPhone(given: Given): boolean {
  return oneOf(given, 'as', ['client', 'phone']) === 'phone';
}

function authorIn(given: Given, { line, person }: Scene): string {
  return isOnPhone(given) ? line.number : person.phone;
}

/**
 * Somebody writes: what contentIn reads; `quote` the id of a message; `at` milliseconds; `is_forwarded`, `is_view_once`;
 * `waiting`: the text cannot be read at first (`then_message`) or never (`only`).
 */
export function sendAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const { line, chat } = scene;
  const content = contentIn(world, given);
  const quote = optional(given, 'quote');
  if (quote !== undefined) messageIn(chat, quote);
  const onPhone = isOnPhone(given);
  const writing: Writing = {
    author: authorIn(given, scene),
    source: onPhone ? 'app' : 'client',
    quote: quote ?? null,
    is_forwarded: given.is_forwarded === true,
    is_view_once: given.is_view_once === true,
    id: optional(given, 'id') ?? newMessageId(),
    ...(given.at !== undefined && { at: whole(given, 'at') }),
  };
  const waiting = oneOf(given, 'waiting', ['then_message', 'only']);
  // Who writes on the phone has read what is there.
  if (onPhone) seeMessages(world, chat);
  const message = addMessage(world, scene, content, { ...writing, waiting });
  const file = networkState(world).files[message.file ?? ''];
  return {
    line: line.number,
    chat: chat.id,
    message_id: message.id,
    ...(file !== undefined && {
      file: { name: file.name, mime: file.mime, size: file.size, sha256: file.sha256 },
    }),
  };
}

function doneWith({ line, chat }: Scene, message: Message): Done {
  return { line: line.number, chat: chat.id, message_id: message.id };
}

/** An own message of the client, or of the phone, gets another `text`. */
export function editAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const message = ownMessage(given, scene);
  editMessage(world, scene, message, text(given, 'text'));
  return doneWith(scene, message);
}

/** An own message is deleted for everybody. */
export function deleteAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const message = ownMessage(given, scene);
  revokeMessage(world, scene, message);
  return doneWith(scene, message);
}

function ownMessage(given: Given, scene: Scene): Message {
  const message = messageIn(scene.chat, text(given, 'message_id'));
  if (message.author !== authorIn(given, scene)) {
    throw new TypeError('message_id: not a message of whoever acts');
  }
  return message;
}

/** `emoji`, or an empty one to take the reaction back. */
export function reactAct(world: World, given: Given): Done {
  const scene = sceneOf(world, given);
  const message = messageIn(scene.chat, text(given, 'message_id'));
  if (typeof given.emoji !== 'string') throw new TypeError('emoji: a text is expected');
  reactTo(world, scene, message, { by: authorIn(given, scene), emoji: given.emoji });
  return doneWith(scene, message);
}

/** The client reads everything, or `message_id` alone; `played` listens to it, too; `error` fails it instead. */
export function readAct(world: World, given: Given): object {
  const scene = sceneOf(world, given);
  if (isOnPhone(given)) return { seen: seeMessages(world, scene.chat) };
  const ack = given.error === true ? -1 : given.played === true ? 4 : 3;
  const id = optional(given, 'message_id');
  const wanted =
    id === undefined
      ? scene.chat.messages.filter(({ source, ack: known }) => source !== 'client' && known > 0)
      : [messageIn(scene.chat, id)];
  for (const message of wanted) acknowledge(world, scene, message, ack, scene.person.phone);
  return { message_ids: wanted.map((message) => message.id) };
}

/** `presence`: composing, recording, paused, available or unavailable. */
export function presenceAct(world: World, given: Given): object {
  const scene = sceneOf(world, given);
  const presence = oneOf(given, 'presence', PRESENCES) ?? 'composing';
  showPresence(world, scene, scene.person.phone, presence);
  return { presence };
}

/** Makes or changes a person; what waited for a device that is on again is delivered. */
export function clientAct(world: World, given: Given): object {
  const person = personIn(world, given);
  const { is_offline: wasOffline } = person;
  if (given.is_offline !== undefined) person.is_offline = given.is_offline === true;
  if (given.is_blocking !== undefined) person.is_blocking = given.is_blocking === true;
  if (!person.is_offline && !person.is_blocking) deliverWaiting(world, person.phone);
  return { ...person, was_offline: wasOffline };
}

/** `phone` is not on WhatsApp, or is again (`is_absent: false`). */
export function absentAct(world: World, given: Given): object {
  setAbsent(world, digits(given, 'phone'), given.is_absent !== false);
  return { absent: networkState(world).absent };
}

/** Makes or changes a group: `id`, `name`, `members`. */
export function groupAct(world: World, given: Given): object {
  const id = optional(given, 'id');
  const name = optional(given, 'name');
  const members = Array.isArray(given.members) ? given.members.map(String) : [];
  return groupOf(world, {
    members,
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
  });
}

/** Tells the servers of one message again, `copies` times, as a device that loops does. */
export function loopAct(world: World, given: Given): object {
  const scene = sceneOf(world, given);
  const message = messageIn(scene.chat, text(given, 'message_id'));
  const copies = whole(given, 'copies', 800);
  if (copies < 1 || copies > 5_000) throw new TypeError('copies: 1 to 5000 are expected');
  for (let copy = 0; copy < copies; copy += 1) {
    tellNetwork(world, { type: 'message', line: scene.line, chat: scene.chat, message });
  }
  return { copies };
}
