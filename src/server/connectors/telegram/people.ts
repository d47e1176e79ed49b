import type { ReceivedContent, ReceivedPerson } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import type { TelegramChat, TelegramUser } from './update.ts';

type Named = Pick<TelegramUser, 'first_name' | 'last_name' | 'username'>;

/**
 * Who a manager talks to: in a private chat the person, in a group the group itself. Kommo knows one client per
 * conversation, so a group is that client, and each of its texts begins with the name of who wrote it.
 */
export function clientOf(chat: TelegramChat, user: TelegramUser | undefined): ReceivedPerson {
  if (isGroup(chat)) return { id: `group:${chat.id}`, name: plainLine(chat.title) ?? chat.id };
  const person = user ?? chat;
  return { id: person.id, name: nameOf(person) ?? person.id };
}

export function isGroup(chat: TelegramChat): boolean {
  return chat.type !== 'private';
}

/** What Kommo's feed of a group shows: "Ana: Hola", and "Ana" below what has no words. */
export function spokenBy(speaker: string, content: ReceivedContent): ReceivedContent {
  if (content.kind === 'placeholder') return { ...content, detail: said(speaker, content.detail) };
  if (content.kind === 'text') return { ...content, text: said(speaker, content.text) };
  return { ...content, text: said(speaker, content.text) };
}

/** First and last name; the user name where there is none. */
export function nameOf(person: Named): string | undefined {
  return (
    plainLine([person.first_name, person.last_name].filter(Boolean).join(' ')) ??
    plainLine(person.username)
  );
}

function said(speaker: string, words: string | undefined): string {
  return words === undefined ? speaker : `${speaker}: ${words}`;
}
