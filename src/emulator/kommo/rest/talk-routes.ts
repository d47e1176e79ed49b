import type { Chat } from '../chat-entities.ts';
import { CRM } from '../documents.ts';
import type { Account } from '../entities.ts';
import type { Exchange, KommoRoute } from '../exchange.ts';
import { hal, problem } from '../problems.ts';
import type { World } from '../world.ts';
import { apiLink } from './account-routes.ts';
import { readObject } from './bodies.ts';
import { type Caller, resource } from './guard.ts';

/** Talks: here one for each chat of the account, numbered in the order the chats began. */
export function talkRoutes(): KommoRoute[] {
  const talks = resource('/talks', `${CRM}/talks-api`);
  return [
    talks('GET', '/:id', showTalk, {
      status: 'partly',
      note: 'one talk for each chat',
    }),
    talks('POST', '/:id/close', closeTalk, { note: 'no bot asks for a rating' }),
  ];
}

interface Talk {
  id: number;
  chat: Chat;
}

/** When talks were closed, in seconds, by id. */
function closings(world: World): Record<number, number> {
  return world.service('talks', () => ({ closed: {} as Record<number, number> })).closed;
}

function findTalk(exchange: Exchange, account: Account): Talk | undefined {
  const { scopes, chats } = exchange.world.state;
  const id = Number(exchange.param('id'));
  const chat = chats[id - 1];
  const scope = scopes.find(({ scope_id }) => scope_id === chat?.scope_id);
  const isOurs = scope !== undefined && scope.account_amojo_id === account.amojo_id;
  return chat !== undefined && isOurs ? { id, chat } : undefined;
}

function showTalk(exchange: Exchange, { account }: Caller) {
  const talk = findTalk(exchange, account);
  if (talk === undefined) return problem(exchange, 404, 'Talk not found');
  const { id, chat } = talk;
  const { state } = exchange.world;
  const closedAt = closings(exchange.world)[id];
  const { contact_id: contactId, lead_id: leadId } = chat;
  const [first, last] = [chat.messages[0], chat.messages.at(-1)];
  const embedded = (kind: 'contacts' | 'leads', entityId: number | null) =>
    entityId === null ? [] : [{ id: entityId, _links: apiLink(account, `/${kind}/${entityId}`) }];
  const channel = state.channels.find(({ id: own }) => chat.scope_id.startsWith(own));
  hal(exchange, {
    talk_id: id,
    created_at: first?.timestamp ?? 0,
    updated_at: closedAt ?? last?.timestamp ?? 0,
    rate: 0,
    contact_id: contactId,
    chat_id: chat.id,
    entity_id: leadId,
    entity_type: leadId === null ? null : 'lead',
    is_in_work: closedAt === undefined,
    is_read: chat.unread === 0,
    origin: channel?.code ?? '',
    missed_at: null,
    account_id: account.id,
    _links: apiLink(account, `/talks/${id}`),
    _embedded: {
      contacts: embedded('contacts', contactId),
      leads: embedded('leads', leadId),
      customers: [],
    },
  });
}

function closeTalk(exchange: Exchange, { account }: Caller) {
  const talk = findTalk(exchange, account);
  if (talk === undefined) return problem(exchange, 404, 'Talk not found');
  const given = readObject(exchange, { mayBeEmpty: true });
  if (given === undefined) return;
  if (given.force_close !== undefined && typeof given.force_close !== 'boolean') {
    return problem(exchange, 400, 'force_close: a boolean is expected');
  }
  const closed = closings(exchange.world);
  if (closed[talk.id] !== undefined) return problem(exchange, 422, 'The talk is closed');
  closed[talk.id] = exchange.world.clock.seconds();
  exchange.send(202);
}
