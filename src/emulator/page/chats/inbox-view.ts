import type { Chat, Message } from '../../kommo/chat-entities.ts';
import type { Account, Scope } from '../../kommo/entities.ts';
import type { World } from '../../kommo/world.ts';
import { isOurs, shortText } from './message-view.ts';
import type { Button, ChatRow, ContactView, Inbox, LeadRow, TemplateRow } from './views.ts';

/** The account's chats, newest first; one without a message is invisible, as in Kommo. */
export function inboxView(world: World, account: Account): Inbox {
  const scopes = connectedScopes(world, account);
  return {
    chats: chatsOf(world, account)
      .filter(({ messages }) => messages.length > 0)
      .toSorted((one, other) => other.last_at - one.last_at)
      .map((chat) => chatRow(world, account, chat)),
    sources: sourcesOf(world, account, scopes),
    templates: world.state.templates.filter((one) => one.account_id === account.id).map(template),
    isConnected: scopes.length > 0,
  };
}

/** The chats of every channel this account has or had. */
export function chatsOf(world: World, account: Account): Chat[] {
  const ids = world.state.scopes
    .filter((scope) => scope.account_amojo_id === account.amojo_id)
    .map((scope) => scope.scope_id);
  return world.state.chats.filter(({ scope_id: id }) => ids.includes(id));
}

function connectedScopes(world: World, account: Account): Scope[] {
  return world.state.scopes.filter(
    (scope) => scope.is_connected && scope.account_amojo_id === account.amojo_id,
  );
}

/** Sources one can write from: those of the integrations whose channel is connected. */
function sourcesOf(world: World, account: Account, scopes: Scope[]): Inbox['sources'] {
  return scopes.flatMap((scope) => {
    const channel = world.channel(scope.channel_id);
    if (channel === undefined) return [];
    return world.state.sources
      .filter(
        (one) =>
          one.account_id === account.id && one.client_id === channel.client_id && !one.is_hidden,
      )
      .map((one) => ({ id: one.external_id, channel: channel.id, name: one.name }));
  });
}

function chatRow(world: World, account: Account, chat: Chat): ChatRow {
  const last = chat.messages.toSorted(byTime).at(-1);
  return {
    id: chat.id,
    name: nameOf(chat),
    avatar: avatarOf(chat),
    source: sourceName(world, account, chat),
    unread: chat.unread,
    last: last === undefined ? null : { ...lastOf(last), at: last.msec_timestamp },
    lead: leadOf(world, account, chat),
  };
}

/** Messages stand where their own times put them, not where they arrived. */
export function byTime(one: Message, other: Message): number {
  return one.msec_timestamp - other.msec_timestamp;
}

function lastOf(message: Message) {
  return {
    text: shortText(message.message),
    isOurs: isOurs(message),
    isFailed: message.delivery?.status === -1,
  };
}

export function nameOf({ user }: Chat): string {
  return user.name || user.phone || 'Unknown';
}

/** Kommo may have fetched anything as a picture. */
function avatarOf({ avatar }: Chat): string | null {
  const isPicture = /^image\/(?!svg)/.test(avatar?.content_type ?? '');
  return avatar?.state === 'fetched' && isPicture ? (avatar.path ?? null) : null;
}

/** The source's name, else that of the channel as it was connected, which Kommo shows for a pseudo-source. */
export function sourceName(world: World, account: Account, chat: Chat): string {
  const source = world.state.sources.find(
    (one) => one.account_id === account.id && one.external_id === chat.source_external_id,
  );
  const scope = world.state.scopes.find(({ scope_id: id }) => id === chat.scope_id);
  const channel = scope && world.channel(scope.channel_id);
  return source?.name ?? (scope?.title || channel?.title || '');
}

export function leadOf(world: World, account: Account, chat: Chat): LeadRow | null {
  const lead = chat.lead_id === null ? undefined : world.chats.lead(account.id, chat.lead_id);
  if (lead === undefined) return null;
  const pipeline = account.pipelines.find(({ id }) => id === lead.pipeline_id);
  const status = pipeline?.statuses.find(({ id }) => id === lead.status_id);
  return {
    id: lead.id,
    name: lead.name,
    pipeline: pipeline?.name ?? '',
    status: status?.name ?? '',
    color: status?.color ?? '',
    isIncoming: world.state.unsorted.some(({ lead_id: id }) => id === lead.id),
  };
}

export function contactOf(world: World, account: Account, chat: Chat): ContactView {
  const { contact_id: id } = chat;
  const contact = id === null ? undefined : world.chats.contact(account.id, id);
  return {
    name: contact?.name || nameOf(chat),
    avatar: avatarOf(chat),
    phone: contact?.phones[0] ?? chat.user.phone,
    email: contact?.emails[0] ?? chat.user.email,
  };
}

function template({
  id,
  name,
  content,
  buttons,
}: World['state']['templates'][number]): TemplateRow {
  return { id, name, content, buttons: buttons.flatMap(button) };
}

function button(value: unknown): Button[] {
  if (typeof value !== 'object' || value === null) return [];
  const { text, url } = value as { text?: unknown; url?: unknown };
  if (typeof text !== 'string') return [];
  return [{ text, ...(typeof url === 'string' && { url }) }];
}
