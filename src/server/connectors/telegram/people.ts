import type { ReceivedPerson } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import type { TelegramChat, TelegramUser } from './update.ts';

type Named = Pick<TelegramUser, 'first_name' | 'last_name' | 'username'>;

/**
 * Who a manager talks to: in a private chat the person, in a group the group itself, whose texts `spokenBy` marks.
 */
export function clientOf(chat: TelegramChat, user: TelegramUser | undefined): ReceivedPerson {
  if (isGroup(chat)) return { id: `group:${chat.id}`, name: plainLine(chat.title) ?? chat.id };
  const person = user ?? chat;
  return { id: person.id, name: nameOf(person) ?? person.id };
}

export function isGroup(chat: TelegramChat): boolean {
  return chat.type !== 'private';
}

/** First and last name; the user name where there is none. */
export function nameOf(person: Named): string | undefined {
  return (
    plainLine([person.first_name, person.last_name].filter(Boolean).join(' ')) ??
    plainLine(person.username)
  );
}
