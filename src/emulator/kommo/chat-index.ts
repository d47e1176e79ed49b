import type { Chat, ChatUser, Message } from './chat-entities.ts';
import type { Contact, Lead } from './crm-entities.ts';
import type { State } from './state.ts';

export interface Place {
  chat: Chat;
  message: Message;
}

/** Joins ids that are unique only together. */
const key = (...parts: (string | number)[]) => parts.join('\n');

/** Only the digits of a number count, as people write it in many ways. Which part Kommo compares is not documented. */
const digitsOf = (phone: string) => phone.replace(/\D/g, '');

/**
 * Finds chats, messages, people and cards without walking through the state. Whoever adds one to the state, or
 * binds an id of ours to one, says it here.
 */
class ChatIndex {
  #chats = new Map<string, Chat>();
  #conversations = new Map<string, Chat>();
  #messages = new Map<string, Place>();
  #messagesByOurId = new Map<string, Place>();
  #people = new Map<string, ChatUser>();
  #peopleByOurId = new Map<string, ChatUser>();
  #chatsByPhone = new Map<string, Chat>();
  #contacts = new Map<string, Contact>();
  #contactsByAddress = new Map<string, Contact>();
  #leads = new Map<string, Lead>();

  constructor({ chats, contacts, leads }: State) {
    for (const chat of chats) {
      this.addChat(chat);
      for (const message of chat.messages) this.addMessage(chat, message);
    }
    for (const contact of contacts) this.addContact(contact);
    for (const lead of leads) this.addLead(lead);
  }

  addChat(chat: Chat): void {
    this.#chats.set(chat.id, chat);
    this.bindChat(chat);
    this.addPerson(chat.scope_id, chat.user);
    if (chat.user.phone !== '') {
      const { scope_id: scope, source_external_id: source, user } = chat;
      this.#chatsByPhone.set(key(scope, source ?? '', digitsOf(user.phone)), chat);
    }
  }

  /** To call when the chat has got our id. */
  bindChat({ scope_id, conversation_id, id }: Chat): void {
    const chat = this.#chats.get(id);
    if (conversation_id !== null && chat !== undefined) {
      this.#conversations.set(key(scope_id, conversation_id), chat);
    }
  }

  addMessage(chat: Chat, message: Message): void {
    this.#messages.set(key(chat.scope_id, message.id), { chat, message });
    this.bindMessage({ chat, message });
    for (const person of [message.sender, message.receiver]) {
      if (person !== null && person.client_id !== null) this.addPerson(chat.scope_id, person);
    }
  }

  /** To call when the message has got our id. */
  bindMessage({ chat, message }: Place): void {
    if (message.client_id === null) return;
    this.#messagesByOurId.set(key(chat.scope_id, message.client_id), { chat, message });
  }

  /** Also to call when the person has got our id. The first one known under an id stays. */
  addPerson(scopeId: string, person: ChatUser): void {
    const byId = key(scopeId, person.id);
    if (!this.#people.has(byId)) this.#people.set(byId, person);
    if (person.client_id === null) return;
    const byOurId = key(scopeId, person.client_id);
    if (!this.#peopleByOurId.has(byOurId)) this.#peopleByOurId.set(byOurId, person);
  }

  addContact(contact: Contact): void {
    this.#contacts.set(key(contact.account_id, contact.id), contact);
    const addresses = [...contact.phones.map(digitsOf), ...contact.emails];
    for (const address of addresses) {
      const byAddress = key(contact.account_id, address.toLowerCase());
      if (!this.#contactsByAddress.has(byAddress)) this.#contactsByAddress.set(byAddress, contact);
    }
  }

  addLead(lead: Lead): void {
    this.#leads.set(key(lead.account_id, lead.id), lead);
  }

  chat(id: string): Chat | undefined {
    return this.#chats.get(id);
  }

  chatOfConversation(scopeId: string, conversationId: string): Chat | undefined {
    return this.#conversations.get(key(scopeId, conversationId));
  }

  /** The newest chat with this number that belongs to the source. */
  chatOfPhone(scopeId: string, source: string | null, phone: string): Chat | undefined {
    return this.#chatsByPhone.get(key(scopeId, source ?? '', digitsOf(phone)));
  }

  message(scopeId: string, id: string): Place | undefined {
    return this.#messages.get(key(scopeId, id));
  }

  messageByOurId(scopeId: string, clientId: string): Place | undefined {
    return this.#messagesByOurId.get(key(scopeId, clientId));
  }

  person(scopeId: string, id: string): ChatUser | undefined {
    return this.#people.get(key(scopeId, id));
  }

  personByOurId(scopeId: string, clientId: string): ChatUser | undefined {
    return this.#peopleByOurId.get(key(scopeId, clientId));
  }

  contact(accountId: number, id: number): Contact | undefined {
    return this.#contacts.get(key(accountId, id));
  }

  /** The contact with this phone or email address, which duplicate control would find. */
  contactOfAddress(accountId: number, phone: string, email: string): Contact | undefined {
    const find = (address: string) =>
      address === '' ? undefined : this.#contactsByAddress.get(key(accountId, address));
    return find(digitsOf(phone)) ?? find(email.toLowerCase());
  }

  lead(accountId: number, id: number): Lead | undefined {
    return this.#leads.get(key(accountId, id));
  }
}

const indexes = new WeakMap<State, ChatIndex>();

/** The index of a state; built at first use, so a state that was reset or loaded gets its own. */
export function chatIndex(state: State): ChatIndex {
  const index = indexes.get(state) ?? new ChatIndex(state);
  indexes.set(state, index);
  return index;
}
