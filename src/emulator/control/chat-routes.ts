import { act } from '../kommo/amojo/acts.ts';
import { judgement } from '../kommo/amojo/judge.ts';
import type { ActResult, Outgoing } from '../kommo/amojo/outgoing.ts';
import { type Awaited, waitForMessages } from '../kommo/amojo/wait.ts';
import type { Chat } from '../kommo/chat-entities.ts';
import type { Exchange, Route } from '../kommo/exchange.ts';
import { contentTypeOf } from '../kommo/file-store.ts';
import { isClosed } from '../kommo/open-lead.ts';
import { UnknownThing } from '../kommo/world.ts';
import { accountOf, type Json, routesUnder, text } from './controlled.ts';

/** Chats by remote control: what people do in Kommo, what came of it, and how the channel's backend did. */
export function chatControlRoutes(): Route[] {
  const route = routesUnder('');
  return [
    route('POST', '/chat', chatAct),
    route('GET', '/chats', feed),
    route('POST', '/chats/wait', wait),
    route('GET', '/chats/judge', judge),
    route('POST', '/files', upload, { readsBody: true }),
    route('POST', '/lead', moveLead),
  ];
}

async function chatAct(exchange: Exchange, body: Json): Promise<ActResult> {
  const { world } = exchange;
  const { channel_id: id, account: _, subdomain: __, ...what } = body;
  const channel =
    id === undefined ? world.state.channels[0] : world.channel(text(body, 'channel_id'));
  if (channel === undefined) throw new UnknownThing('There is no such channel.');
  return await act(world, accountOf(exchange, body), channel, what as Outgoing);
}

/** The newest `messages` of each chat, and its card; all accounts, or one, or one chat. */
function feed(exchange: Exchange): object {
  const { world } = exchange;
  const isAsked = asked(exchange);
  const limit = Number(exchange.query('messages') ?? 200);
  const [ours, id] = [exchange.query('conversation_id'), exchange.query('chat_id')];
  const chats = world.state.chats.filter(
    (chat) =>
      isAsked(chat.scope_id) &&
      (ours === undefined || chat.conversation_id === ours) &&
      (id === undefined || chat.id === id),
  );
  const unsorted = new Map(world.state.unsorted.map((one) => [one.chat_id, one]));
  return {
    chats: chats.map((chat) => ({
      ...feedEntry(exchange, chat, limit),
      unsorted: unsorted.get(chat.id) ?? null,
    })),
  };
}

function feedEntry({ world }: Exchange, chat: Chat, limit: number): object {
  const account = world.state.accounts.find(({ amojo_id: id }) => chat.scope_id.endsWith(`_${id}`));
  const { contact_id: contactId, lead_id: leadId } = chat;
  const accountId = account?.id ?? 0;
  return {
    ...chat,
    messages: limit > 0 ? chat.messages.slice(-limit) : [],
    message_count: chat.messages.length,
    contact: contactId === null ? null : (world.chats.contact(accountId, contactId) ?? null),
    lead: leadId === null ? null : (world.chats.lead(accountId, leadId) ?? null),
  };
}

/** Whether a scope is of the account in the query; of every account without one. */
function asked(exchange: Exchange): (scopeId: string) => boolean {
  const account = exchange.query('account');
  if (account === undefined) return () => true;
  const suffix = `_${exchange.world.account(account).amojo_id}`;
  return (scopeId) => scopeId.endsWith(suffix);
}

async function wait({ world, response }: Exchange, body: Json): Promise<object> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { messages, timed_out: isOver } = await waitForMessages(
    world,
    body as Awaited,
    gone.signal,
  );
  return {
    messages: messages.map(({ chat, message }) => ({
      ...message,
      chat_id: chat.id,
      conversation_id: chat.conversation_id,
    })),
    timed_out: isOver,
  };
}

function judge(exchange: Exchange): object {
  return judgement(exchange.world, asked(exchange));
}

/** Takes the raw bytes of a file, to be sent by an act: `POST /__emulator/files?name=photo.jpg`. */
function upload(exchange: Exchange): object {
  const { world } = exchange;
  const name = exchange.query('name') ?? '';
  if (name === '' || /[/\\]/.test(name)) throw new TypeError('name: a file name is expected');
  const given = exchange.header('content-type');
  const isGiven = given !== '' && !/^application\/(?:json|x-www-form-urlencoded)/.test(given);
  const contentType = isGiven ? given : contentTypeOf(name);
  const file = world.files.add(exchange.body, { name, contentType });
  return { ...file, path: `/__emulator/files/${file.id}` };
}

/** Moves a lead to a status, e.g. 142 or 143 to close it. */
function moveLead(exchange: Exchange, body: Json): object {
  const { world } = exchange;
  const account = accountOf(exchange, body);
  const lead = world.chats.lead(account.id, Number(body.id));
  if (lead === undefined) throw new UnknownThing('There is no such lead.');
  const statuses = account.pipelines.find(({ id }) => id === lead.pipeline_id)?.statuses ?? [];
  const status = statuses.find(({ id }) => id === body.status_id);
  if (status === undefined) throw new TypeError('status_id: no such status in its pipeline');
  const now = world.clock.seconds();
  Object.assign(lead, { status_id: status.id, updated_at: now });
  lead.closed_at = isClosed(lead) ? now : null;
  // A lead that was moved by hand is no incoming one any more.
  world.state.unsorted = world.state.unsorted.filter(
    (one) => one.account_id !== account.id || one.lead_id !== lead.id,
  );
  return lead;
}
