import type { Chat, Message } from './chat-entities.ts';

export interface ChatChange {
  kind: 'message' | 'edit' | 'delivery' | 'reaction' | 'media' | 'hook' | 'typing' | 'chat';
  chat: Chat;
  message?: Message;
}

type Listener = (change: ChatChange) => void;

/** Tells whoever watches that a chat changed: open pages, and callers that wait for a message. */
export class ChatChanges {
  #listeners = new Set<Listener>();

  /** @returns ends it */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  tell(change: ChatChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
