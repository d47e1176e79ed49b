import type { World } from '../../kommo/world.ts';
import { chatOf, lineOf, lookUpNumber, personByLid } from '../whatsapp/people.ts';
import { type Chat, type Line, networkState, own } from '../whatsapp/state.ts';
import type { Call } from './guard.ts';
import { isGroupJid, isLidJid, jidOf, userOf } from './jid.ts';
import { badRequest, unexpected } from './refusal.ts';
import { stateOf } from './session.ts';
import type { Instance } from './state.ts';
import { phoneJid } from './wire.ts';

/** What the server knows of a number. */
export interface OnWhatsApp {
  jid: string;
  exists: boolean;
  number: string;
  name?: string;
  lid?: 'lid';
}

/** Whether the number has been talked with, so that WhatsApp need not be asked. */
function isCached({ contacts, rows }: Instance, jid: string): boolean {
  return (
    contacts.includes(jid) ||
    rows.some(({ key }) => key.remoteJid === jid || key.remoteJidAlt === jid)
  );
}

/**
 * Looks a number up as every method that sends does: the jid in the answer may be spelled otherwise.
 *
 * @throws Refusal when WhatsApp has to be asked and there is no connection
 */
export function lookUp(
  { exchange: { world }, session, instance }: Call,
  number: string,
): OnWhatsApp {
  const jid = jidOf(number);
  if (isGroupJid(jid)) {
    const group = own(networkState(world).groups, jid);
    return group === undefined
      ? { jid, exists: false, number }
      : { jid, exists: true, number, name: group.name };
  }
  if (jid.includes('@broadcast')) return { jid, exists: false, number };
  // A hidden id is never asked for.
  if (isLidJid(jid)) {
    return { jid, exists: true, number, ...nameOf(world, instance, jid), lid: 'lid' };
  }
  const person = lookUpNumber(world, userOf(jid));
  const found = person === undefined ? jid : phoneJid(person.phone);
  if (stateOf(world, session) !== 'open' && !isCached(instance, found)) {
    throw unexpected('Connection Closed');
  }
  return {
    jid: found,
    exists: person !== undefined,
    number,
    ...nameOf(world, instance, found),
  };
}

function nameOf(world: World, instance: Instance, jid: string): { name?: string } {
  if (!instance.contacts.includes(jid)) return {};
  const person = isLidJid(jid)
    ? personByLid(world, userOf(jid))
    : own(networkState(world).people, userOf(jid));
  return person === undefined ? {} : { name: person.name };
}

/** Where a message goes. */
export interface Target {
  line: Line;
  chat: Chat;
  jid: string;
}

/**
 * The chat that a method sends to.
 *
 * @see https://github.com/EvolutionAPI/evolution-api/blob/2.3.6/src/api/integrations/channel/whatsapp/whatsapp.baileys.service.ts (sendMessageWithTyping)
 * @throws Refusal 400 with `{ jid, exists: false, number }` for who is not on WhatsApp
 */
export function targetOf(call: Call, number: string): Target {
  const { world } = call.exchange;
  const { session } = call;
  const known = lookUp(call, number);
  const { jid } = known;
  const isGroup = isGroupJid(jid);
  if (!known.exists && !isGroup && !jid.includes('@broadcast')) throw badRequest(known);
  if (stateOf(world, session) !== 'open') throw badRequest('Error: Connection Closed');
  // What the server throws for an unknown group is an object, which it then writes out as text.
  if (!known.exists) throw badRequest('[object Object]');
  const line = lineOf(world, session.phone?.number ?? '');
  if (isGroup) return { line, chat: chatOf(world, line, jid), jid };
  const person = isLidJid(jid)
    ? personByLid(world, userOf(jid))
    : own(networkState(world).people, userOf(jid));
  if (person === undefined) throw badRequest('SessionError: No sessions');
  return { line, chat: chatOf(world, line, person.phone), jid };
}

/** The chat of a jid that a key names; undefined when the line has none. */
export function chatByJid({ exchange: { world }, session }: Call, jid: string): Chat | undefined {
  const line = lineOf(world, session.phone?.number ?? '');
  if (!isLidJid(jid)) return own(line.chats, isGroupJid(jid) ? jid : userOf(jid));
  const person = personByLid(world, userOf(jid));
  return person === undefined ? undefined : own(line.chats, person.phone);
}
