import { randomUUID } from 'node:crypto';
import type { Chat, Message } from '../chat-entities.ts';
import type { Contact, Lead } from '../crm-entities.ts';
import type { Account, Pipeline, Scope, Source } from '../entities.ts';
import { isClosed } from '../open-lead.ts';
import type { World } from '../world.ts';
import { accountOfScope } from './people.ts';

/**
 * Gives a client's message its card: a contact, and an incoming lead in the pipeline of the chat's source. A
 * silent message makes no lead, nor does a chat that was linked to a contact before, nor one whose lead is open.
 * https://www.amocrm.ru/developers/content/chats/chat-capabilities
 */
export function openCard(world: World, scope: Scope, chat: Chat, message: Message): void {
  if (message.author !== 'client' || chat.is_linked) return;
  const account = accountOfScope(world, scope);
  if (message.is_silent) {
    if (world.switch('silentContact') === 'yes') contactOf(world, account, chat);
    return;
  }
  const former = chat.lead_id === null ? undefined : world.chats.lead(account.id, chat.lead_id);
  if (former !== undefined) {
    if (!isClosed(former) || world.switch('leadAfterClosed') === 'none') return;
  }
  const contact = contactOf(world, account, chat);
  openLead(world, { scope, account, chat, contact, message });
}

/** The chat's contact: linked already, found by duplicate control, or made. */
export function contactOf(world: World, account: Account, chat: Chat): Contact {
  const { state, chats } = world;
  const linked = chat.contact_id === null ? undefined : chats.contact(account.id, chat.contact_id);
  if (linked !== undefined) return linked;
  const { phone, email, name } = chat.user;
  const contact = chats.contactOfAddress(account.id, phone, email) ?? {
    ...common(world, account, name === '' ? phone : name),
    phones: phone === '' ? [] : [phone],
    emails: email === '' ? [] : [email],
    company_id: null,
  };
  if (chats.contact(account.id, contact.id) === undefined) {
    state.contacts.push(contact);
    chats.addContact(contact);
  }
  chat.contact_id = contact.id;
  const ids = { account_id: account.id, contact_id: contact.id, chat_id: chat.id };
  state.contact_chats.push({ id: world.nextId(), ...ids });
  return contact;
}

function openLead(
  world: World,
  given: { scope: Scope; account: Account; chat: Chat; contact: Contact; message: Message },
): void {
  const { scope, account, chat, contact, message } = given;
  const channel = world.channel(scope.channel_id);
  const source = sourceOf(world, account, channel?.client_id ?? '', chat);
  const pipeline = pipelineOf(account, source);
  if (pipeline === undefined) return;
  // A pipeline without incoming leads gets a plain lead in its first own status: an assumption.
  const isUnsorted = pipeline.is_unsorted_on;
  const status = pipeline.statuses.find(({ type }) => (type === 1) === isUnsorted);
  const base = common(world, account, '');
  const lead: Lead = {
    ...base,
    name: `Lead #${base.id}`,
    price: 0,
    pipeline_id: pipeline.id,
    status_id: status?.id ?? 0,
    contact_ids: [contact.id],
    company_id: null,
    catalog_elements: [],
    loss_reason_id: null,
    closed_at: null,
  };
  world.state.leads.push(lead);
  world.chats.addLead(lead);
  chat.lead_id = lead.id;
  if (!isUnsorted) return;
  world.state.unsorted.push({
    uid: randomUUID().replaceAll('-', ''),
    account_id: account.id,
    source_uid: source?.external_id ?? chat.source_external_id ?? '',
    source_name: source?.name ?? channel?.title ?? '',
    category: 'chats',
    pipeline_id: pipeline.id,
    created_at: lead.created_at,
    lead_id: lead.id,
    contact_id: contact.id,
    chat_id: chat.id,
    service: channel?.code ?? '',
    last_message_text: String(message.message.text ?? ''),
  });
}

/** The chat's source, else the integration's default one. */
function sourceOf(
  world: World,
  account: Account,
  clientId: string,
  chat: Chat,
): Source | undefined {
  const sources = world.state.sources.filter(
    (one) => one.account_id === account.id && one.client_id === clientId && !one.is_hidden,
  );
  const named = sources.find(({ external_id }) => external_id === chat.source_external_id);
  return named ?? sources.find((one) => one.default);
}

function pipelineOf({ pipelines }: Account, source: Source | undefined): Pipeline | undefined {
  const open = pipelines.filter(({ is_archive }) => !is_archive);
  return (
    open.find(({ id }) => id === source?.pipeline_id) ??
    open.find(({ is_main }) => is_main) ??
    open[0]
  );
}

function common(world: World, account: Account, name: string) {
  const now = world.clock.seconds();
  const admin = account.users.find(({ rights }) => rights.is_admin && rights.is_active);
  return {
    id: world.nextId(),
    account_id: account.id,
    name,
    responsible_user_id: admin?.id ?? 0,
    // Nobody's act: Kommo calls the author of what a robot makes 0.
    ...{ created_by: 0, updated_by: 0, created_at: now, updated_at: now },
    ...{ tags: [], custom_fields_values: [] },
  };
}
