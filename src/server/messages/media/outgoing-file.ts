import { ConnectorError } from '../../connectors/connector.ts';
import type { MediaKind, OpenMedia, OutgoingMedia } from '../../connectors/messages.ts';
import type { Context } from '../../context.ts';
import { openAttachment } from '../../kommo/attachments.ts';
import { isKommoError } from '../../kommo/errors.ts';
import { NotReached } from '../../platform/outbound.ts';
import type { StoredFile, StoredMedia } from '../stored-content.ts';
import { mediaLink } from './media-link.ts';
import { typeOfName } from './media-type.ts';

/** A file of a manager's message, ready to be opened by a connector or fetched by a service. */
export function outgoingFile(
  context: Context,
  message: { id: string; storedAt: Date },
  file: StoredFile & { kind: MediaKind },
  media: StoredMedia | undefined,
): OutgoingMedia & { kind: MediaKind } {
  return {
    kind: file.kind,
    fileName: file.fileName,
    type: file.type ?? typeOfName(file.fileName),
    ...(file.bytes !== undefined && { bytes: file.bytes }),
    link: mediaLink(context, message),
    open: () => openAtKommo(context, media),
  };
}

/** @throws ConnectorError `rejected` when the file is gone, not Kommo's, or too large; `unavailable` */
export async function openAtKommo(
  context: Context,
  media: StoredMedia | undefined,
): Promise<OpenMedia> {
  if (media === undefined || !('kommoUrl' in media)) throw new ConnectorError('rejected');
  try {
    const maxBytes = context.config.messages.mediaMaxBytes;
    const { body, bytes, type } = await openAttachment(context.kommo, media.kommoUrl, { maxBytes });
    return { body, type, ...(bytes !== undefined && { bytes }) };
  } catch (error) {
    if (!isKommoError(error)) throw error;
    const isTooLarge = error.cause instanceof NotReached && error.cause.reason === 'too_large';
    // A redirect leads to an address nobody has checked, today as tomorrow.
    const isRedirect = error.status !== undefined && error.status >= 300 && error.status < 400;
    const isPassing = error.kind === 'unavailable' || error.kind === 'rate_limited';
    const isFinal = isTooLarge || isRedirect || !isPassing;
    throw new ConnectorError(isFinal ? 'rejected' : 'unavailable', {
      cause: error.kind,
    });
  }
}
