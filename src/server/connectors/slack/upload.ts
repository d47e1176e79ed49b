import { z } from 'zod';
import { uploadOnce } from '../ask-once.ts';
import type { Tools } from '../connector.ts';
import { demandAnswer, notUnderstood, rateLimited, readAs, unavailable } from '../http.ts';
import type { OutgoingMedia } from '../messages.ts';
import { FileFailed, type FormFile, multipart } from '../multipart.ts';
import { openUpload } from '../open-upload.ts';
import { ownAddress } from './own-address.ts';
import { askAhead, type Verdict, type Workspace } from './web-api.ts';

/** https://docs.slack.dev/messaging/working-with-files */
const MAX_UPLOAD_BYTES = 1024 ** 3;

/** From one piece of the file to the next, and until Slack has looked at the last. */
const UPLOAD_HEADERS_MS = 60_000;

const MAX_ANSWER_BYTES = 256 * 1024;

/** The address is not valid any more, or not yet. Slack gives another one for the asking. */
const ADDRESS_ENDED = new Set([403, 404, 410]);

const ticket = z.object({
  upload_url: z.string(),
  file_id: z.string().regex(/^F[A-Z0-9]{1,39}$/),
});

/**
 * Hands a file over to Slack, where nobody sees it yet: whatever gets lost on the way may be done again.
 *
 * @returns the file's id, or why Slack does not take it
 * @throws FileFailed
 * @throws ConnectorError `unavailable` (surely not shown), and as `askSlack`
 * @see https://docs.slack.dev/reference/methods/files.getUploadURLExternal
 */
export async function uploadFile(
  tools: Tools,
  workspace: Workspace,
  media: OutgoingMedia,
): Promise<{ fileId: string } | Extract<Verdict, { state: 'refused' }>> {
  const file = await openCounted(media);
  try {
    const form = { filename: file.fileName || 'file', length: String(file.bytes) };
    const asked = await askAhead(tools, workspace, 'files.getUploadURLExternal', form);
    if (asked.state === 'refused') return asked;
    const { upload_url: address, file_id: fileId } = readAs(ticket, asked.answer);
    const url = ownAddress(workspace.url, address);
    if (url === undefined) throw notUnderstood('slack: a foreign address to upload to');
    const error = await post(tools, url, file);
    return error === undefined ? { fileId } : { state: 'refused', error };
  } finally {
    file.body.destroy();
  }
}

/** Slack wants to know the length first. A file that does not say it is read twice, and never held. */
async function openCounted(media: OutgoingMedia): Promise<FormFile & { bytes: number }> {
  const field = 'file';
  const file = await openUpload(media, MAX_UPLOAD_BYTES);
  if (file.bytes !== undefined) return { field, ...file, bytes: file.bytes };
  let bytes = 0;
  try {
    for await (const piece of file.body as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      if (bytes > MAX_UPLOAD_BYTES) throw new FileFailed('too_large');
    }
  } catch (error) {
    throw error instanceof FileFailed ? error : new FileFailed('broken');
  }
  return { field, ...(await openUpload(media, MAX_UPLOAD_BYTES)), bytes };
}

/** @returns what Slack has against it, in a word. The address is a secret by itself, and wants no other. */
async function post(tools: Tools, url: string, file: FormFile): Promise<string | undefined> {
  const answer = await uploadOnce(
    tools.stream,
    { method: 'POST', url, headersMs: UPLOAD_HEADERS_MS, maxBytes: MAX_ANSWER_BYTES },
    multipart({}, file),
  );
  if (answer === undefined) throw unavailable('slack upload: no answer');
  const { status, headers } = answer;
  if (status === 429) throw rateLimited(headers['retry-after']);
  if (ADDRESS_ENDED.has(status)) throw unavailable(`slack upload: status ${status}`);
  demandAnswer(status);
  if (status < 300) return undefined;
  return status === 413 ? 'file_upload_size_restricted' : `upload_status_${status}`;
}
