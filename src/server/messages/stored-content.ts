import type {
  MediaKind,
  MessageButton,
  MessageContent,
  Placeholder,
  ReceivedItem,
} from '../connectors/messages.ts';

/** What the sealed columns of a message hold. Written and read by this room only. */

/** A file as it is described; what opens it is sealed apart, because links to it outlive the text. */
export interface StoredFile {
  fileName: string;
  type?: string;
  bytes?: number;
}

/** What came from a client. */
export interface ReceivedContent {
  content?: MessageContent<StoredFile> | Placeholder;
  /** The service's id of the message that is edited, deleted or reacted to. */
  target?: string;
  replyTo?: string;
  isFromStaff?: boolean;
  emoji?: string | null;
  /** What the client told of themselves with this message. The chat keeps only what the newest one told. */
  told?: { phone?: string; email?: string };
}

/** What a manager or bot wrote in Kommo. */
export interface OutgoingContent {
  text?: string;
  file?: StoredFile & { kind: MediaKind };
  buttons?: MessageButton[][];
  /** Kommo's id and ours of the message that is quoted or reacted to. */
  target?: { kommoId?: string; msgid?: string };
  groupId?: string;
  authorName?: string;
  emoji?: string | null;
  /** Kommo's kind, where it is none we know. */
  unknownType?: string;
  /** The service's own words about why it failed. */
  detail?: string;
}

/** What opens a file: the service's own reference, or Kommo's address. */
export type StoredMedia = { ref: unknown } | { kommoUrl: string };

/** Items that become rows. */
export type StorableItem = Extract<
  ReceivedItem,
  { event: 'message' | 'edit' | 'delete' | 'reaction' }
>;

/** Takes apart what an item says: the content, and what opens its file. */
export function contentOf(item: StorableItem): { content: ReceivedContent; media?: StoredMedia } {
  if (item.event === 'reaction') return { content: { target: item.messageId, emoji: item.emoji } };
  if (item.event === 'delete') {
    const content = { kind: 'placeholder', what: 'deleted' } as const;
    return { content: { content, target: item.messageId } };
  }
  const { said, media } = split(item.content);
  const about =
    item.event === 'edit'
      ? { target: item.messageId }
      : {
          ...(item.replyTo !== undefined && { replyTo: item.replyTo }),
          ...(item.isFromStaff === true && { isFromStaff: true }),
          ...toldIn(item),
        };
  return { content: { content: said, ...about }, ...(media && { media }) };
}

function toldIn({ person: { phone, email } }: StorableItem): Pick<ReceivedContent, 'told'> {
  if (phone === undefined && email === undefined) return {};
  return { told: { ...(phone !== undefined && { phone }), ...(email !== undefined && { email }) } };
}

type Received = Extract<StorableItem, { event: 'message' }>['content'];

function split(content: Received): {
  said: MessageContent<StoredFile> | Placeholder;
  media?: StoredMedia;
} {
  if (!('media' in content)) return { said: content };
  const { ref, ...file } = content.media;
  return { said: { ...content, media: file }, media: { ref } };
}
