import type { ChatAddress, OutgoingMessage } from '../messages.ts';

/** What a service is sent. Names as in `docs/api-connector.md`. */
export type OutgoingEvent =
  | ({ type: 'message' } & MessagePart & Recipient)
  | ({ type: 'reaction'; id: string; timestamp_ms: number; emoji: string | null } & Recipient)
  | ({ type: 'typing'; timestamp_ms: number } & Recipient)
  /** Asks whether the service is there and knows the secret. */
  | { type: 'ping'; timestamp_ms: number }
  /** Tells a service where to post, and with which secret. */
  | { type: 'connected'; account: { id: string }; webhook_url: string; secret: string };

interface Recipient {
  /** Missing in a chat that begins in Kommo, until the service has given it an id. */
  conversation?: { id: string };
  person: { id?: string; phone?: string };
}

/** A message without its recipient. A service takes it whole: text, file and buttons at once. */
export interface MessagePart {
  id: string;
  timestamp_ms: number;
  message: {
    kind: string;
    text?: string;
    media_url?: string;
    file_name?: string;
    file_size?: number;
    mime_type?: string;
    buttons?: { text: string; url?: string; callback_data?: string }[][];
  };
  reply_to?: string;
  group_id?: string;
  author_name?: string;
}

export function messagePart(message: OutgoingMessage): MessagePart {
  const { media, text, buttons } = message;
  return {
    id: message.id,
    timestamp_ms: message.atMs,
    message: {
      kind: media?.kind ?? 'text',
      ...((text !== undefined || media === undefined) && { text: (text ?? '').toWellFormed() }),
      ...(media !== undefined && {
        media_url: media.link,
        file_name: media.fileName,
        mime_type: media.type,
        ...(media.bytes !== undefined && { file_size: media.bytes }),
      }),
      ...(buttons !== undefined && {
        buttons: buttons.map((row) =>
          row.map(({ text, url, callbackData }) => ({
            text,
            ...(url !== undefined && { url }),
            ...(callbackData !== undefined && { callback_data: callbackData }),
          })),
        ),
      }),
    },
    ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
    ...(message.groupId !== undefined && { group_id: message.groupId }),
    ...(message.authorName !== undefined && { author_name: message.authorName }),
  };
}

/** Whether a part says nothing at all. */
export function isEmpty({ message: { text = '', media_url, buttons = [] } }: MessagePart): boolean {
  return media_url === undefined && text.trim() === '' && buttons.flat().length === 0;
}

/** Whom an event is for. A chat that begins in Kommo has the person's number only. */
export function recipientOf({ chatId, personId, phone }: ChatAddress): Recipient {
  return {
    ...(chatId !== '' && { conversation: { id: chatId } }),
    person: { ...(personId !== '' && { id: personId }), ...(phone !== undefined && { phone }) },
  };
}
