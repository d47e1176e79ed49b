import { toolsFor } from '../../channels/connector-tools.ts';
import type { OpenMedia } from '../../connectors/messages.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { toAppError } from '../../to-app-error.ts';
import { isOpenLink } from './media-link.ts';
import { servedType } from './media-type.ts';
import { openAtKommo } from './outgoing-file.ts';
import { findLinkedFile } from './rows.ts';

/** A file being read. Destroy `body` when it is not wanted any more. */
export interface ServedFile {
  body: OpenMedia['body'];
  bytes?: number;
  type: string;
  fileName: string;
}

/**
 * Opens the file a signed link names, where it lies.
 *
 * @throws AppError `not_found` for a link that is not ours, has ended, or whose file is gone: all alike
 */
export async function openLinkedFile(
  context: Context,
  link: { id: string; e: string; s: string },
): Promise<ServedFile> {
  if (!isOpenLink(context, link)) throw new AppError('not_found');
  const file = await findLinkedFile(context.db, context.secrets, link.id);
  if (!file) throw new AppError('not_found');
  const { body, bytes, type } = await openWhereItLies(context, file);
  return {
    body,
    ...(bytes !== undefined && { bytes }),
    type: servedType(file.type ?? type, file.fileName),
    fileName: file.fileName,
  };
}

type File = NonNullable<Awaited<ReturnType<typeof findLinkedFile>>>;

async function openWhereItLies(context: Context, { media, channel }: File): Promise<OpenMedia> {
  try {
    if ('kommoUrl' in media) return await openAtKommo(context, media);
    const { credentials, webhookSecret } = channel;
    const carrier = context.connectors.find(channel.connector)?.messages;
    if (!carrier || !credentials || webhookSecret === undefined) throw new AppError('not_found');
    const tools = toolsFor(context, channel.connector, { id: channel.id, secret: webhookSecret });
    return await carrier.openMedia(tools, credentials, media.ref);
  } catch (error) {
    const failure = toAppError(error);
    // To whoever asks, a file the service does not give is one that is not there.
    throw failure.code === 'connector_rejected'
      ? new AppError('not_found', { cause: error })
      : failure;
  }
}
