import { z } from 'zod';
import { NotReached, type StreamAnswer } from '../../platform/outbound.ts';
import { ConnectorError, type Tools } from '../connector.ts';
import { demandAnswer, failureOfCall, notUnderstood, rateLimited, sendJson } from '../http.ts';
import type { OpenMedia } from '../messages.ts';
import type { WahaAccess } from './access.ts';
import { chatPath } from './addresses.ts';

/** What `content.ts` leaves with a message. */
const fileRef = z.object({
  path: z.string(),
  chat: z.string().optional(),
  message: z.string().optional(),
});
export type WahaFileRef = z.output<typeof fileRef>;

const foundMessage = z.object({
  media: z.object({ url: z.string() }).optional().catch(undefined),
});

/** WAHA fetches the file from WhatsApp again before it answers. */
const FETCH_AGAIN_MS = 60_000;

const FOLDER = '/api/files/';
/** File names hold the id of a message: `false_5511999990000@c.us_3EB0AA.jpg`. */
const SAFE_PATH = /^\/api\/files\/(?:[\w@.=+~,-]|%40)+(?:\/(?:[\w@.=+~,-]|%40)+){0,8}$/;

/** Statuses that say that a file, or a message, is not there any more. */
const GONE = new Set([400, 404, 410, 422]);

/**
 * The place of a file at the server: WAHA's own addresses often begin with `http://localhost:3000`, which is not how we
 * reach it. Undefined for what lies elsewhere (a bucket of the operator's): we fetch from nowhere but the configured
 * server.
 */
export function filePath(address: string | null | undefined): string | undefined {
  const { pathname } = URL.parse(address ?? '', 'http://waha.invalid') ?? {};
  const start = pathname?.indexOf(FOLDER) ?? -1;
  const path = start < 0 ? undefined : pathname?.slice(start);
  return path !== undefined && isSafe(path) ? path : undefined;
}

/**
 * Opens a file that a client sent. WAHA keeps files for three minutes unless the operator says otherwise, and Kommo may
 * fetch them much later; a file that is gone is asked for again by its message, which WAHA then fetches from WhatsApp.
 *
 * @see https://waha.devlike.pro/docs/how-to/receive-messages/#media-files
 * @throws ConnectorError `rejected` when the file is gone for good
 */
export async function openFile(tools: Tools, access: WahaAccess, ref: unknown): Promise<OpenMedia> {
  const known = fileRef.safeParse(ref).data;
  if (known === undefined || !isSafe(known.path)) throw new ConnectorError('rejected');
  const answer = await fetchFile(tools, access, known.path);
  if (answer !== undefined) return answer;
  const path = await fetchAgain(tools, access, known);
  const again = path === undefined ? undefined : await fetchFile(tools, access, path);
  if (again === undefined) throw new ConnectorError('rejected');
  return again;
}

/** @returns undefined when there is no such file */
async function fetchFile(
  tools: Tools,
  { url, apiKey }: WahaAccess,
  path: string,
): Promise<OpenMedia | undefined> {
  const request = { url: url + path, headers: { 'x-api-key': apiKey } };
  const answer = await tools.stream(request).catch((error: unknown) => {
    throw error instanceof NotReached ? failureOfCall(error) : error;
  });
  if (answer.status === 200) return opened(answer);
  answer.body.destroy();
  const { status, headers } = answer;
  if (GONE.has(status)) return undefined;
  if (status === 429) throw rateLimited(headers['retry-after']);
  demandAnswer(status);
  // The key is refused, or it is not WAHA that answers: the operator's to correct.
  throw notUnderstood(`waha file: status ${status}`);
}

function opened({ headers, body }: StreamAnswer): OpenMedia {
  const length = headers['content-length'] ?? '';
  const type = headers['content-type'];
  return {
    body,
    ...(/^\d{1,15}$/.test(length) && { bytes: Number(length) }),
    ...(type !== undefined && type !== 'application/octet-stream' && { type }),
  };
}

/** @returns where the file lies now; undefined when WAHA cannot fetch it either */
async function fetchAgain(
  tools: Tools,
  access: WahaAccess,
  { chat, message }: WahaFileRef,
): Promise<string | undefined> {
  const path = chatPath(access.session, chat, message);
  if (path === undefined) return undefined;
  const answer = await sendJson(tools.send, {
    url: `${access.url}${path}?downloadMedia=true`,
    headers: { 'x-api-key': access.apiKey },
    deadlineMs: FETCH_AGAIN_MS,
  });
  if (answer.status >= 400 && !GONE.has(answer.status)) {
    throw notUnderstood(`waha message: status ${answer.status}`);
  }
  return filePath(foundMessage.safeParse(answer.json).data?.media?.url);
}

function isSafe(path: string): boolean {
  return SAFE_PATH.test(path) && path.split('/').every((part) => !/^\.{1,2}$/.test(part));
}
