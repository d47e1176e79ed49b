import { z } from 'zod';
import { ConnectorError, type Tools } from '../connector.ts';
import { fetchFile } from '../fetch-file.ts';
import { notUnderstood, readAs, refused } from '../http.ts';
import type { OpenMedia, OutgoingMedia } from '../messages.ts';
import type { FormFile } from '../multipart.ts';
import { openUpload } from '../open-upload.ts';
import { type Bot, fileAddress, questionTelegram } from './client.ts';

/** Largest file a bot may send, in bytes: https://core.telegram.org/bots/api#sending-files */
const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;

/** What `content.ts` leaves with a message. */
const fileRef = z.object({ fileId: z.string().min(1) });

const fileInfo = z.object({ file_path: z.string() });

/**
 * Opens a file that a client sent. Its address holds the bot's token and works for an hour, so it is asked for anew
 * each time and never leaves this function.
 *
 * @see https://core.telegram.org/bots/api#getfile
 * @throws ConnectorError `rejected` when the file is gone or too large, `reauthorize` when the token is dead
 */
export async function openFile(tools: Tools, bot: Bot, ref: unknown): Promise<OpenMedia> {
  const known = fileRef.safeParse(ref).data;
  if (known === undefined) throw new ConnectorError('rejected');
  const path = await pathOf(tools, bot, known.fileId);
  const url = fileAddress(bot, path);
  // A Bot API server of one's own may answer with a place on its disk, where we cannot look.
  if (url === undefined) throw notUnderstood('telegram getFile: not a path to fetch');
  return await fetchFile(tools.stream, { url });
}

/** @throws FileFailed, ConnectorError as `openUpload` */
export async function openForUpload(media: OutgoingMedia, field: string): Promise<FormFile> {
  return { field, ...(await openUpload(media, MAX_UPLOAD_BYTES)) };
}

/** Where a file lies under the bot's folder. @throws ConnectorError */
export async function pathOf(tools: Tools, bot: Bot, fileId: string): Promise<string> {
  const answer = await questionTelegram(tools.send, bot, 'getFile', { file_id: fileId });
  if (answer.ok) return readAs(fileInfo, answer.result).file_path;
  const failure = answer.isDead ? 'reauthorize' : 'rejected';
  throw refused(failure, { text: answer.description, secrets: [bot.token] });
}
