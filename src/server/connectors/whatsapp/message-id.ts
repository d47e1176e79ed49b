/** `3EB0…`, `3A…`, `AC…`: what WhatsApp's clients make up. Nothing else may become part of an address. */
const BARE = /^[A-Za-z0-9.-]{1,128}$/;

/** How a web client writes it: from us or not, the chat, the id, and in groups who wrote. */
const WHOLE = /^(?:true|false)_[^_]{1,100}_([^_]{1,128})(?:_.{1,100})?$/;

/**
 * WhatsApp's own id of a message, without the chat: the same message is told of in chats of different names (`@c.us`
 * and `@lid`), and edits name it without a chat.
 */
export function bareMessageId(id: string | null | undefined): string | undefined {
  const bare = WHOLE.exec(id ?? '')?.[1] ?? id ?? '';
  return BARE.test(bare) ? bare : undefined;
}
