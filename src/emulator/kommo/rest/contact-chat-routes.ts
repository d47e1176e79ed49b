import type { ContactChat } from '../chat-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { openLeadOf } from '../open-lead.ts';
import { hal, problem } from '../problems.ts';
import type { World } from '../world.ts';
import { type Caller, resource } from './guard.ts';

/** Which chats belong to which contact. */
export function contactChatRoutes(): KommoRoute[] {
  const chats = resource('/contacts/chats', `${CRM}/contacts-api`, { needsAdmin: true });
  return [
    chats('GET', '', listLinks, { note: 'refused with any cookie, as documented' }),
    chats('POST', '', createLinks, {
      status: 'partly',
      note: 'any contact id is accepted, also one that no contact has',
    }),
  ];
}

/** The chat opens in the contact's card, in its open lead if there is one, and makes no lead of its own. */
function openInCard(
  world: World,
  account: Account,
  { contact_id: id, chat_id }: ContactChat,
): void {
  const chat = world.chats.chat(chat_id);
  if (chat === undefined) return;
  chat.contact_id = id;
  if (chat.lead_id !== null) return;
  chat.is_linked = true;
  chat.lead_id = openLeadOf(world.state, account.id, id)?.id ?? null;
  world.chatChanges.tell({ kind: 'chat', chat });
}

/** A session cookie makes these calls fail, even with a valid token. */
function refuseCookie(exchange: Exchange, { clientId }: Caller): boolean {
  if (clientId !== '' && exchange.header('cookie') === '') return false;
  problem(exchange, 403, 'A token without a session is expected');
  return true;
}

function linkModel({ account_id, ...link }: ContactChat): object {
  return link;
}

function listLinks(exchange: Exchange, caller: Caller) {
  if (refuseCookie(exchange, caller)) return;
  const { nested } = exchange;
  const [contacts, chats] = [nested.list('contact_id'), nested.list('chat_id')];
  if (contacts.length + chats.length === 0) {
    return problem(exchange, 400, 'contact_id or chat_id is expected');
  }
  const found = exchange.world.state.contact_chats.filter(
    (one) =>
      one.account_id === caller.account.id &&
      (contacts.length === 0 || contacts.includes(String(one.contact_id))) &&
      (chats.length === 0 || chats.includes(one.chat_id)),
  );
  if (found.length === 0) return exchange.send(204);
  hal(exchange, { _total_items: found.length, _embedded: { chats: found.map(linkModel) } });
}

function createLinks(exchange: Exchange, caller: Caller) {
  if (refuseCookie(exchange, caller)) return;
  const { world } = exchange;
  const batch = exchange.json();
  if (!Array.isArray(batch) || batch.length === 0) {
    return problem(exchange, 400, 'A non-empty array is expected');
  }
  const items = batch as Record<string, unknown>[];
  const faulty = items.find(
    (one) =>
      !Number.isInteger(one?.contact_id) ||
      !world.chats.chat(String(one.chat_id))?.scope_id.endsWith(`_${caller.account.amojo_id}`),
  );
  if (faulty !== undefined) return problem(exchange, 400, 'contact_id or chat_id is invalid');
  const made = items.map((item, index) => {
    const link = {
      id: world.nextId(),
      account_id: caller.account.id,
      contact_id: Number(item.contact_id),
      chat_id: String(item.chat_id),
    };
    // One chat belongs to one contact.
    const others = world.state.contact_chats.filter(({ chat_id }) => chat_id !== link.chat_id);
    world.state.contact_chats = [...others, link];
    openInCard(world, caller.account, link);
    return { ...linkModel(link), request_id: String(item.request_id ?? index) };
  });
  hal(exchange, { _total_items: made.length, _embedded: { chats: made } });
}
