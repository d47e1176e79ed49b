import { z } from 'zod';
import { ConnectorError, type Tools } from '../connector.ts';
import { fetchFile } from '../fetch-file.ts';
import { notUnderstood, sendJson, unavailable } from '../http.ts';
import type { OpenMedia } from '../messages.ts';
import type { WahaAccess } from './access.ts';
import { chatPath } from './addresses.ts';
import { isNotWorking } from './ask.ts';

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

/** Statuses that say that a message is not there any more, or that the engine keeps none. */
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
  const answer = await fetchAt(tools, access, known.path);
  if (answer !== undefined) return answer;
  const path = await fetchAgain(tools, access, known);
  const again = path === undefined ? undefined : await fetchAt(tools, access, path);
  if (again === undefined) throw new ConnectorError('rejected');
  return again;
}

/** @returns undefined when there is no such file, or nothing in it: some engines download voice messages so */
async function fetchAt(
  tools: Tools,
  { url, apiKey }: WahaAccess,
  path: string,
): Promise<OpenMedia | undefined> {
  const request = { url: url + path, headers: { 'x-api-key': apiKey } };
  try {
    const file = await fetchFile(tools.stream, request, 'misconfigured');
    if (file.bytes !== 0) return file;
    file.body.destroy();
    return undefined;
  } catch (error) {
    if (error instanceof ConnectorError && error.failure === 'rejected') return undefined;
    throw error;
  }
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
  if (answer.status === 422 && isNotWorking(answer.json)) {
    throw unavailable('waha: the session does not work now');
  }
  if (answer.status >= 400 && !GONE.has(answer.status)) {
    throw notUnderstood(`waha message: status ${answer.status}`);
  }
  return filePath(foundMessage.safeParse(answer.json).data?.media?.url);
}

function isSafe(path: string): boolean {
  return SAFE_PATH.test(path) && path.split('/').every((part) => !/^\.{1,2}$/.test(part));
}
