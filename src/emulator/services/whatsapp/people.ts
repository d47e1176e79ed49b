import type { World } from '../../kommo/world.ts';
import {
  type Chat,
  type ChatType,
  type Group,
  type Line,
  networkState,
  nextNumber,
  own,
  type Person,
} from './state.ts';

const STATUS_CHAT = 'status@broadcast';

const PHONE = /^\d{6,15}$/;

/** The hidden id of a new person: nothing in it tells the phone. */
function newLid(world: World): string {
  return String(270_000_000_000_000 + nextNumber(world) * 7_919);
}

/** What may be changed of a person. */
export type PersonChange = Partial<Omit<Person, 'phone'>>;

/** The person with this phone, who is on WhatsApp from now on. @throws TypeError when it is no phone */
export function personOf(world: World, phone: string, change: PersonChange = {}): Person {
  if (!PHONE.test(phone)) throw new TypeError('phone: 6 to 15 digits are expected');
  const state = networkState(world);
  state.people[phone] ??= {
    phone,
    lid: newLid(world),
    name: `Client ${phone.slice(-4)}`,
    addressing: 'phone',
    is_offline: false,
    is_blocking: false,
  };
  return Object.assign(state.people[phone], change);
}

export function personByLid(world: World, lid: string): Person | undefined {
  return Object.values(networkState(world).people).find((person) => person.lid === lid);
}

/**
 * Both spellings of numbers that WhatsApp may know in either: Brazilian mobiles with and without the ninth digit, Mexican
 * ones with and without the 1.
 *
 * @see https://waha.devlike.pro/docs/how-to/send-messages/ (Brazilian numbers)
 */
function spellings(digits: string): string[] {
  const brazil = /^55(\d\d)(9?)(\d{8})$/.exec(digits);
  if (brazil !== null) {
    const [, area = '', nine = '', rest = ''] = brazil;
    return nine === '9' ? [digits, `55${area}${rest}`] : [digits, `55${area}9${rest}`];
  }
  const mexico = /^52(1?)(\d{10})$/.exec(digits);
  if (mexico !== null) {
    const [, one = '', rest = ''] = mexico;
    return one === '1' ? [digits, `52${rest}`] : [digits, `521${rest}`];
  }
  return [digits];
}

/** Who answers to a dialled number, whichever spelling WhatsApp has; undefined when nobody does. */
export function lookUpNumber(world: World, digits: string): Person | undefined {
  const state = networkState(world);
  const ways = spellings(digits);
  if (ways.some((way) => state.absent.includes(way))) return undefined;
  for (const way of ways) {
    const known = own(state.people, way);
    if (known !== undefined) return known;
  }
  return PHONE.test(digits) && digits.length >= 8 ? personOf(world, digits) : undefined;
}

/** Takes a number off WhatsApp, or puts it back. */
export function setAbsent(world: World, digits: string, isAbsent: boolean): void {
  const state = networkState(world);
  state.absent = state.absent.filter((one) => one !== digits);
  if (isAbsent) state.absent.push(digits);
}

/** A group by its id, or a new one. */
export function groupOf(
  world: World,
  { id, name, members }: { id?: string; name?: string; members?: string[] },
): Group {
  const state = networkState(world);
  const key = id ?? `1203630${String(10_000_000_000 + nextNumber(world))}@g.us`;
  if (!/^[\d-]+@g\.us$/.test(key))
    throw new TypeError('group: an id of the form 123@g.us is expected');
  state.groups[key] ??= { id: key, name: 'Group', members: [] };
  const group = state.groups[key];
  if (name !== undefined) group.name = name;
  for (const member of members ?? []) {
    personOf(world, member);
    if (!group.members.includes(member)) group.members.push(member);
  }
  return group;
}

/** The linked number's own part of the network. */
export function lineOf(world: World, number: string): Line {
  const { lines } = networkState(world);
  lines[number] ??= { number, chats: {} };
  return lines[number];
}

export function chatTypeOf(id: string): ChatType {
  if (id === STATUS_CHAT) return 'status';
  if (id.endsWith('@g.us')) return 'group';
  if (id.endsWith('@broadcast')) return 'broadcast';
  if (id.endsWith('@newsletter')) return 'newsletter';
  return 'person';
}

/** The line's chat with a person (digits) or a group (whole id); a new one if there is none yet. @throws TypeError */
export function chatOf(world: World, line: Line, id: string): Chat {
  const known = own(line.chats, id);
  if (known !== undefined) return known;
  const type = chatTypeOf(id);
  const name =
    type === 'person'
      ? personOf(world, id).name
      : type === 'group'
        ? groupOf(world, { id }).name
        : id;
  const chat: Chat = { id, type, name, messages: [], own_presence: null, presence: null };
  line.chats[id] = chat;
  return chat;
}
