import type { World } from '../../kommo/world.ts';
import { digits, type Given, optional } from '../given.ts';
import { sessionsOf } from '../whatsapp.ts';
import { chatOf, chatTypeOf, groupOf, lineOf, type PersonChange, personOf } from './people.ts';
import type { Addressing, Chat, Line, Person } from './state.ts';

const ADDRESSINGS: readonly Addressing[] = ['phone', 'lid', 'hidden', 'twins'];

/** Who does something in which chat of which linked number. */
export interface Scene {
  line: Line;
  chat: Chat;
  person: Person;
}

/** The linked number an act is about: `line`, or the only one there is. @throws TypeError */
function lineIn(world: World, given: Given): Line {
  if (given.line !== undefined) return lineOf(world, digits(given, 'line'));
  const sessions = [...sessionsOf(world, 'waha'), ...sessionsOf(world, 'evolution')];
  const numbers = new Set(
    sessions.flatMap(({ phone, endedAt }) =>
      phone === null || endedAt !== null ? [] : [phone.number],
    ),
  );
  const [number] = numbers;
  if (number === undefined || numbers.size > 1) {
    throw new TypeError('line: the digits of a linked number are expected');
  }
  return lineOf(world, number);
}

/**
 * The person `client` names, by digits or as `{phone, name, lid, addressing, is_offline, is_blocking}`, and what else is
 * told of her. @throws TypeError
 */
export function personIn(world: World, given: Given): Person {
  const { client } = given;
  if (typeof client !== 'object' || client === null) {
    return personOf(world, client === undefined ? '5511955550101' : digits(given, 'client'));
  }
  return personOf(world, digits(client as Given, 'phone'), changeIn(client as Given));
}

function changeIn(client: Given): PersonChange {
  const change: PersonChange = {};
  const name = optional(client, 'name');
  if (name !== undefined) change.name = name;
  if (client.lid !== undefined) {
    change.lid = digits(client, 'lid');
    if (!/^\d{10,18}$/.test(change.lid)) throw new TypeError('lid: 10 to 18 digits are expected');
  }
  if (client.addressing !== undefined) {
    const addressing = ADDRESSINGS.find((one) => one === client.addressing);
    if (addressing === undefined) {
      throw new TypeError(`addressing: one of ${ADDRESSINGS.join(', ')} is expected`);
    }
    change.addressing = addressing;
  }
  if (client.is_offline !== undefined) change.is_offline = client.is_offline === true;
  if (client.is_blocking !== undefined) change.is_blocking = client.is_blocking === true;
  return change;
}

/** `chat` is a group's or list's whole id; without it the act is in the chat with the client. @throws TypeError */
export function sceneOf(world: World, given: Given): Scene {
  const line = lineIn(world, given);
  const person = personIn(world, given);
  const id = optional(given, 'chat') ?? person.phone;
  if (chatTypeOf(id) === 'group') groupOf(world, { id, members: [person.phone] });
  return { line, person, chat: chatOf(world, line, id) };
}
