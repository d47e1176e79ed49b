import type { WebhookRequest } from '../../../src/server/connectors/connector.ts';
import type {
  MessageButton,
  OutgoingMessage,
  ReceivedContent,
  ReceivedItem,
} from '../../../src/server/connectors/messages.ts';
import { heldFile } from './held-file.ts';

/** Everything a client can do that Kommo has a place for, and how it looks when it is carried. */
export const INCOMING = {
  text: says(({ kind }) => kind === 'text'),
  picture: says(({ kind }) => kind === 'picture'),
  video: says(({ kind }) => kind === 'video'),
  voice: says(({ kind }) => kind === 'voice'),
  audio: says(({ kind }) => kind === 'audio'),
  file: says(({ kind }) => kind === 'file'),
  sticker: says(({ kind }) => kind === 'sticker'),
  location: says(({ kind }) => kind === 'location'),
  contact: says(({ kind }) => kind === 'contact'),
  poll: says(({ kind }) => kind === 'text'),
  'unknown kind': says(({ kind }) => kind === 'text'),
  quote: (item: ReceivedItem) => item.event === 'message' && item.replyTo !== undefined,
  'button press': (item: ReceivedItem) =>
    item.event === 'message' && 'callbackData' in item.content,
  edit: (item: ReceivedItem) => item.event === 'edit' && item.editId !== '',
  deletion: (item: ReceivedItem) => item.event === 'delete',
  reaction: (item: ReceivedItem) => item.event === 'reaction' && item.emoji !== null,
  'reaction taken away': (item: ReceivedItem) => item.event === 'reaction' && item.emoji === null,
  typing: (item: ReceivedItem) => item.event === 'typing',
  status: (item: ReceivedItem) => item.event === 'status',
  'message of staff': (item: ReceivedItem) => item.event === 'message' && item.isFromStaff === true,
  'message in a group': (item: ReceivedItem) =>
    item.event === 'message' && item.chat.isGroup === true,
};

export type IncomingKind = keyof typeof INCOMING;

/**
 * What the service posts when a client does this. `placeholder`: Kommo has no kind for it, and a text will say
 * what it was. `undefined`: nobody can do this at the service, or the service tells nobody.
 */
export type IncomingSample = { fate: 'carried' | 'placeholder'; event: WebhookRequest } | undefined;

const TEXT = 'Bună ziua! Ваше замовлення готове 👋🏽';

const row = (...buttons: MessageButton[]): { buttons: MessageButton[][] } => ({
  buttons: [buttons],
});

/** Everything a manager can write. */
export const OUTGOING = {
  text: () => ({ text: TEXT }),
  picture: () => ({ media: { kind: 'picture', ...heldFile('a.jpg', 'image/jpeg') } }),
  video: () => ({ media: { kind: 'video', ...heldFile('a.mp4', 'video/mp4') } }),
  voice: () => ({ media: { kind: 'voice', ...heldFile('a.ogg', 'audio/ogg') } }),
  audio: () => ({ media: { kind: 'audio', ...heldFile('a.mp3', 'audio/mpeg') } }),
  file: () => ({ media: { kind: 'file', ...heldFile('a.pdf', 'application/pdf') } }),
  sticker: () => ({ media: { kind: 'sticker', ...heldFile('a.webp', 'image/webp') } }),
  'file with a text': () => ({
    text: TEXT,
    media: { kind: 'file', ...heldFile('a.pdf', 'application/pdf') },
  }),
  'file of unknown length': () => ({
    media: { kind: 'file', ...heldFile('a.pdf', 'application/pdf', { isCounted: false }) },
  }),
  'link button': () => ({ text: TEXT, ...row({ text: 'Shop', url: 'https://shop.example/' }) }),
  'text button': () => ({ text: TEXT, ...row({ text: 'Yes' }, { text: 'No' }) }),
  list: () => ({
    text: TEXT,
    buttons: [[{ text: 'Tea', callbackData: 'row-1' }], [{ text: 'Mate', callbackData: 'row-2' }]],
  }),
  /** Of the manager's own message at the double, which the battery puts in. */
  quote: () => ({ text: TEXT, isReplyToOurs: true }),
  'very long text': () => ({ text: `${TEXT} `.repeat(400) }),
} satisfies Record<string, () => Partial<OutgoingMessage>>;

export type OutgoingKind = keyof typeof OUTGOING;

export function outgoing(fields: Partial<OutgoingMessage>): OutgoingMessage {
  return { id: 'message-1', atMs: 1_795_773_600_000, ...fields };
}

function says(is: (content: ReceivedContent) => boolean) {
  return (item: ReceivedItem): boolean => item.event === 'message' && is(item.content);
}
