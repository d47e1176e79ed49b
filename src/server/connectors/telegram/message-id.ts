/** A message of ours or of a client: Telegram numbers messages anew in every chat. */
export interface MessagePlace {
  chatId: string;
  messageId: string;
}

const PLACE = /^(-?\d{1,20}):(\d{1,20})$/;

export function messageKey({ chatId, messageId }: MessagePlace): string {
  return `${chatId}:${messageId}`;
}

/** The message's number, when the key names one in this chat: elsewhere the number means another message. */
export function numberInChat(key: string | undefined, chatId: string): number | undefined {
  const [, chat, number] = PLACE.exec(key ?? '') ?? [];
  return chat === chatId ? Number(number) : undefined;
}
