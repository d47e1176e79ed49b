import type { AccountAtService, ChatAddress, ReceivedChat, ReceivedPerson } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { dialledDigits } from './number.ts';

/**
 * A person's number in any spelling: `@c.us` of the web client, `@s.whatsapp.net` of the protocol, `@hosted` of a
 * number that Meta answers for; `:12` names one of the person's devices.
 */
const NUMBER = /^(\d{5,15})(?::\d{1,5})?@(?:c\.us|s\.whatsapp\.net|hosted)$/;

/** The id that stands for a person whose number is hidden. */
const HIDDEN = /^(\d{5,20})(?::\d{1,5})?@(?:lid|hosted\.lid)$/;

/** Older groups have the number of who made them and a time, newer ones a number of their own. */
const GROUP = /^\d{5,20}(?:-\d{5,20})?@g\.us$/;

/** Digits that can be a number with its country code. */
const E164_DIGITS = /^[1-9]\d{6,14}$/;

/** Mexican mobiles, as they are dialled today and as WhatsApp's older ids have them. */
const MEXICAN = /^52(1?)(\d{10})$/;

/**
 * The chat that an event is about. A person's chat is named by the number, or by `<n>@lid` where the event tells the
 * hidden id alone, and then WhatsApp may know its number. Lists of broadcasts, statuses and newsletters are no chats:
 * nobody can be answered there.
 *
 * @param id how the event names the chat
 * @param others what else it tells of the same person: the number of a hidden id, or the hidden id of a number
 */
export function chatOf(
  id: string | null | undefined,
  others: readonly (string | null | undefined)[] = [],
): ReceivedChat | undefined {
  if (id === null || id === undefined) return undefined;
  if (GROUP.test(id)) return { id, isGroup: true };
  if (!NUMBER.test(id) && !HIDDEN.test(id)) return undefined;
  const all = [id, ...others];
  const digits = firstMatch(NUMBER, all);
  const hidden = firstMatch(HIDDEN, all);
  const hiddenId = hidden === undefined ? [] : [`${hidden}@lid`];
  if (digits === undefined)
    return hiddenId[0] === undefined ? undefined : { id: hiddenId[0], isAlias: true };
  const aliases = [...hiddenId, ...otherSpellings(digits)];
  return { id: digits, ...(aliases.length > 0 && { aliases }) };
}

/**
 * Whom a manager talks to in a chat: a group is a client of its own.
 *
 * @param name the person's or the group's, where it is known
 */
export function personIn(chat: ReceivedChat, name: string | null | undefined): ReceivedPerson {
  const shown = plainLine(name);
  const isNameless = shown === undefined && { isNameless: true as const };
  if (chat.isGroup) return { id: groupPerson(chat.id), name: shown ?? chat.id, ...isNameless };
  const phone = phoneOfChat(chat.id);
  return {
    id: chat.id,
    name: shown ?? phone ?? chat.id,
    ...isNameless,
    ...(phone !== undefined && { phone }),
  };
}

/** The chat that a number has with itself: WhatsApp shows it on the phone as the chat with oneself. */
export function ownChat({ externalId }: AccountAtService): ChatAddress {
  return { chatId: externalId, personId: externalId, isNew: false };
}

function groupPerson(chatId: string): string {
  return `group:${chatId}`;
}

/** The chat of a person that `personIn` gave; a group is one. */
export function chatOfPerson(personId: string): { chatId: string; isGroup: boolean } {
  const chatId = personId.replace(/^group:/, '');
  return { chatId, isGroup: chatId !== personId };
}

/** The number of a person's chat as E.164; undefined for hidden ids and groups. */
export function phoneOfChat(chatId: string): string | undefined {
  const digits = dialledDigits(chatId);
  return E164_DIGITS.test(digits) ? `+${digits}` : undefined;
}

/** What stands before the words of somebody in a group: the name, else the number, else the hidden id. */
export function speakerIn(
  name: string | null | undefined,
  participant: string | null | undefined,
  others: readonly (string | null | undefined)[] = [],
): string {
  const line = plainLine(name);
  if (line !== undefined) return line;
  const chat = chatOf(participant, others);
  return chat === undefined ? '…' : (phoneOfChat(chat.id) ?? chat.id);
}

/** What a server calls a chat of ours. `domain` is how it spells a person's number. */
export function jidOf(chatId: string, domain: 'c.us' | 's.whatsapp.net'): string | undefined {
  if (/^\d{5,15}$/.test(chatId)) return `${chatId}@${domain}`;
  return GROUP.test(chatId) || HIDDEN.test(chatId) ? chatId : undefined;
}

function otherSpellings(digits: string): string[] {
  const [, former, rest] = MEXICAN.exec(digits) ?? [];
  if (former === undefined || rest === undefined) return [];
  return [former === '' ? `521${rest}` : `52${rest}`];
}

function firstMatch(
  pattern: RegExp,
  ids: readonly (string | null | undefined)[],
): string | undefined {
  for (const id of ids) {
    const found = pattern.exec(id ?? '')?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
