import { createHash } from 'node:crypto';
import { ConnectorError } from '../connector.ts';
import type { MediaKind, MessageContent, ReceivedItem, ReceivedMedia } from '../messages.ts';
import { plainLine } from '../plain-text.ts';
import { eventOf } from '../webhook-proof.ts';
import { type ApiEvent, eventSchema } from './event-schema.ts';

/**
 * Reads events as a service posts them.
 *
 * @param isAllowed whether an address in an event may be called
 * @returns the reader of one body. It throws ConnectorError `invalid_event` with the dotted path of the first faulty
 *   value and what it must be, in our own words and without the value
 */
export function eventReader(isAllowed: (address: string) => boolean) {
  const schema = eventSchema(isAllowed);
  return (body: Buffer): ReceivedItem => {
    const { data, error } = schema.safeParse(eventOf(body));
    if (data !== undefined) return itemOf(data);
    const [issue] = error.issues;
    throw new ConnectorError('invalid_event', {
      field: issue?.path.join('.') || 'body',
      reason: issue?.message,
    });
  };
}

function itemOf(event: ApiEvent): ReceivedItem {
  if (event.type === 'status') {
    const { id, state, reason } = event;
    const detail = plainLine(reason);
    return { event: 'status', messageId: id, state, ...(detail !== undefined && { detail }) };
  }
  const { conversation, person, timestamp_ms } = event;
  const received = {
    chat: { id: conversation.id },
    person: {
      id: person.id,
      name: person.name,
      ...(person.phone !== undefined && { phone: person.phone }),
      ...(person.email !== undefined && { email: person.email }),
      ...(person.avatar_url !== undefined && { avatarUrl: person.avatar_url }),
    },
    atMs: timestamp_ms,
  };
  switch (event.type) {
    case 'message':
      return {
        event: 'message',
        messageId: event.id,
        ...received,
        content: contentOf(event.message),
        ...(event.from_staff && { isFromStaff: true }),
        ...(event.reply_to !== undefined && { replyTo: event.reply_to }),
      };
    case 'edit':
      return {
        event: 'edit',
        messageId: event.id,
        ...received,
        content: contentOf(event.message),
        editId: digestOf([timestamp_ms, event.message]),
      };
    case 'delete':
      return { event: 'delete', messageId: event.id, ...received };
    case 'reaction':
      return {
        event: 'reaction',
        messageId: event.id,
        ...received,
        emoji: event.emoji,
        reactionId: digestOf([timestamp_ms, person.id, event.emoji]),
      };
    case 'typing':
      return { event: 'typing', ...received };
  }
}

function contentOf(
  message: Extract<ApiEvent, { type: 'edit' }>['message'],
): MessageContent<ReceivedMedia> {
  const caption = message.text?.trim() ? { text: message.text } : {};
  switch (message.kind) {
    case 'text':
      return {
        kind: 'text',
        text: message.text,
        ...(message.callback_data && { callbackData: message.callback_data }),
      };
    case 'location':
      return { kind: 'location', ...message.location, ...caption };
    case 'contact':
      return { kind: 'contact', ...message.contact, ...caption };
    default: {
      const { kind, media_url, file_name, file_size } = message;
      const media: ReceivedMedia = {
        ref: { url: media_url },
        fileName: file_name ?? nameIn(media_url, kind),
        ...(file_size !== undefined && { bytes: file_size }),
      };
      return { kind, media, ...caption };
    }
  }
}

/** What stands last in the path of an address, or the kind. */
function nameIn(address: string, kind: MediaKind): string {
  const last = URL.parse(address)?.pathname.split('/').at(-1) ?? '';
  try {
    return plainLine(decodeURIComponent(last)) ?? kind;
  } catch {
    return kind;
  }
}

/** The same for a repeat of one event, another for the next one. */
function digestOf(parts: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
}
