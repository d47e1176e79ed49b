import { z } from 'zod';
import type { ReceivedContent } from '../messages.ts';
import { madeFileName } from '../whatsapp/file-name.ts';
import {
  type DescribedFile,
  placeholder,
  pollOf,
  protoContent,
} from '../whatsapp/proto-content.ts';
import { maybe } from '../whatsapp/proto-shape.ts';
import type { WhatsAppMessage } from './event.ts';

const pollVote = z.object({
  vote: z.object({ selectedOptions: z.array(maybe(z.string())) }),
});

/**
 * What a message says: mostly one thing, several where it holds several contacts (Kommo takes one a message), nothing
 * where nobody wrote it. Never throws.
 */
export function contentsOf(message: WhatsAppMessage, messageId: string): ReceivedContent[] {
  const said = protoContent(message);
  if (said === undefined) return unspokenIn(message);
  switch (said.kind) {
    case 'described file':
      return [fileOf(said.file, messageId)];
    case 'cards':
      return said.cards.map((card) => ({ kind: 'contact', ...card }));
    default:
      return [said];
  }
}

/** The server opens a file by the message's id: the file's address and its key stay there. */
function fileOf(file: DescribedFile, messageId: string): ReceivedContent {
  const { kind, type, fileName, bytes, seconds, caption } = file;
  return {
    kind,
    media: {
      ref: { messageId },
      fileName: fileName ?? madeFileName(kind, messageId, type),
      ...(type !== undefined && { type }),
      ...(bytes !== undefined && Number.isSafeInteger(bytes) && { bytes }),
    },
    ...(caption !== undefined && { text: caption }),
    ...(seconds !== undefined && { seconds }),
  };
}

/** What this server tells beyond what people write. */
function unspokenIn(message: WhatsAppMessage): ReceivedContent[] {
  // WhatsApp keeps some messages of businesses, such as codes, from all but the phone itself.
  const { placeholderMessage: hidden } = message;
  if (typeof hidden === 'object' && hidden !== null) return [placeholder('unsupported')];
  // Since 2.3.7 it opens the votes in polls of the account.
  const chosen = pollVote.safeParse(message.pollUpdateMessage).data?.vote.selectedOptions ?? [];
  const poll = pollOf(undefined, chosen);
  return poll.detail === undefined ? [] : [poll];
}
