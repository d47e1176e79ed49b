import type { Chat } from '../../kommo/chat-entities.ts';
import type { Account, User } from '../../kommo/entities.ts';
import type { World } from '../../kommo/world.ts';
import { byTime, chatsOf, contactOf, leadOf, nameOf, sourceName } from './inbox-view.ts';
import { messageView, type Reader } from './message-view.ts';
import type { Feed } from './views.ts';

/** The newest `limit` messages of a chat and its card; null if the account has no such chat. */
export function feedView(
  world: World,
  { account, user }: { account: Account; user: User },
  wanted: { chat: string; limit: number },
): Feed | null {
  const chat = chatsOf(world, account).find(({ id }) => id === wanted.chat);
  if (chat === undefined) return null;
  const sorted = chat.messages.toSorted(byTime);
  const shown = sorted.slice(-wanted.limit);
  const reader: Reader = {
    amojoId: user.amojo_id,
    names: namesOf(world, account, chat),
    known: new Set(shown.map(({ id }) => id)),
  };
  return {
    id: chat.id,
    name: nameOf(chat),
    source: sourceName(world, account, chat),
    messages: shown.map((message) => messageView(message, reader)),
    earlier: sorted.length - shown.length,
    lead: leadOf(world, account, chat),
    contact: contactOf(world, account, chat),
    typingUntil: chat.typing_until > world.clock.now() ? chat.typing_until : null,
  };
}

/** Names by amojo id, and by the integration's id of the client. */
function namesOf(world: World, account: Account, chat: Chat): Map<string, string> {
  const people: [string | null, string][] = [
    ...account.users.map(({ amojo_id: id, name }): [string | null, string] => [id, name]),
    ...world.state.channels.map(({ bot }): [string, string] => [bot.id, bot.name]),
    [chat.user.id, nameOf(chat)],
    [chat.user.client_id, nameOf(chat)],
  ];
  return new Map(people.flatMap(([id, name]) => (id === null ? [] : [[id, name] as const])));
}
