import { pipeline, type Readable, Transform } from 'node:stream';
import { toolsFor } from '../../channels/connector-tools.ts';
import { ConnectorError } from '../../connectors/connector.ts';
import type { OpenMedia } from '../../connectors/messages.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../platform/app-error.ts';
import { NotReached } from '../../platform/outbound.ts';
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
  const maxBytes = context.config.messages.mediaMaxBytes;
  if ((bytes ?? 0) > maxBytes) {
    body.destroy();
    throw new AppError('not_found');
  }
  return {
    // What does not say how long it is may never end.
    body: bytes === undefined ? endedAt(maxBytes, body) : body,
    ...(bytes !== undefined && { bytes }),
    type: servedType(file.type ?? type, file.fileName),
    fileName: file.fileName,
  };
}

/** How long a client's file is, where the service says so. Whatever keeps us from asking, the file may still be had later. */
export async function sizeOfFile(context: Context, id: string): Promise<number | undefined> {
  const file = await findLinkedFile(context.db, context.secrets, id);
  if (!file) return undefined;
  try {
    const { body, bytes } = await openWhereItLies(context, file);
    body.destroy();
    return bytes;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal') return undefined;
    throw error;
  }
}

/** Ends a body in failure when it is longer, so that nobody takes the beginning for the whole. */
function endedAt(maxBytes: number, body: Readable): Readable {
  let size = 0;
  const ended = new Transform({
    transform(piece: Buffer, _encoding, done) {
      size += piece.length;
      if (size > maxBytes) done(new NotReached('too_large'));
      else done(null, piece);
    },
  });
  // The reader is told by the stream itself.
  return pipeline(body, ended, () => undefined);
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
    throw refusalOf(error);
  }
}

/**
 * What whoever asks is told. The service's own words get into no log: they may repeat what a client wrote. Nor is a
 * sign-in that ended anybody's business but the administrator's, who may sign in again.
 */
function refusalOf(error: unknown): AppError {
  const { code, retryAfterSeconds } = toAppError(error);
  if (!(error instanceof ConnectorError)) return toAppError(error);
  const { failure: cause } = error;
  if (code === 'connector_rejected') return new AppError('not_found', { cause });
  if (code === 'connector_reauthorize') return new AppError('connector_unavailable', { cause });
  return new AppError(code, {
    cause,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}
