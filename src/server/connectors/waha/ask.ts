import { z } from 'zod';
import type { OutboundAnswer } from '../../platform/outbound.ts';
import { askOnce, uploadOnce } from '../ask-once.ts';
import { ConnectorError, type Tools } from '../connector.ts';
import {
  demandAnswer,
  notUnderstood,
  rateLimited,
  refused,
  safeReason,
  unavailable,
} from '../http.ts';
import type { Upload } from '../multipart.ts';
import { eventOf } from '../webhook-proof.ts';
import type { WahaAccess } from './access.ts';

/** What WAHA made of a call about one message. */
export type Verdict =
  | { state: 'accepted'; json: unknown }
  | {
      state: 'refused';
      status: number;
      /** WAHA's own words, one plain line without secrets. */
      description: string;
    }
  /** Asked, and not answered in a way that says what happened. */
  | { state: 'unknown' };

/** WAHA answers with the message it made, and some engines put much into it. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** WhatsApp Web in a browser takes its time; a file is uploaded and perhaps converted before the answer. */
const ANSWER_MS = 30_000;
const UPLOAD_HEADERS_MS = 120_000;

/** Only the operator can correct the server's key. */
const KEY_REFUSED = new Set([401, 403]);

/** WAHA waits a moment for a session that is not working, and then says this. */
const NOT_WORKING = /session status is not as expected|session .*not (?:started|working|ready)/i;
const NO_SESSION = /session/i;

/** Errors within the server that say surely that nothing was sent: WhatsApp or the server itself refused. */
const SURELY_NOT_SENT =
  /server returned error \d+|no lid for user|quoted message|payload ?too ?large|entity too large|invalid wid/i;

const failure = z.object({
  message: z.unknown().optional(),
  error: z.unknown().optional(),
  expected: z.array(z.unknown()).optional().catch(undefined),
  exception: z.object({ message: z.unknown().optional() }).optional().catch(undefined),
});

/**
 * Asks for something that must not happen twice: WAHA has no key to tell a repeat by.
 *
 * @param upload sent in place of `json`
 * @throws ConnectorError `rate_limited`, `unavailable` (surely not done, the session does not work now), `reauthorize`
 *   (the session is gone), `misconfigured` (the server's key, or it is not WAHA that answers)
 * @throws FileFailed
 */
export async function askWaha(
  tools: Tools,
  access: WahaAccess,
  call: { method?: 'POST' | 'PUT'; path: string } & ({ json: object } | { upload: Upload }),
): Promise<Verdict> {
  const request = {
    method: call.method ?? 'POST',
    url: access.url + call.path,
    headers: { accept: 'application/json', 'x-api-key': access.apiKey },
    maxBytes: MAX_ANSWER_BYTES,
  };
  const answer =
    'upload' in call
      ? await uploadOnce(tools.stream, { ...request, headersMs: UPLOAD_HEADERS_MS }, call.upload)
      : await askOnce(() =>
          tools.send({
            ...request,
            headers: { ...request.headers, 'content-type': 'application/json' },
            body: JSON.stringify(call.json),
            deadlineMs: ANSWER_MS,
          }),
        );
  return answer === undefined ? { state: 'unknown' } : verdictOf(answer, access, tools);
}

function verdictOf(answer: OutboundAnswer, access: WahaAccess, tools: Tools): Verdict {
  const { status } = answer;
  const json = eventOf(answer.body);
  const isReadable = answer.body.length === 0 || (typeof json === 'object' && json !== null);
  if (status >= 200 && status < 300) {
    return isReadable ? { state: 'accepted', json } : { state: 'unknown' };
  }
  if (status === 429) throw rateLimited(answer.headers['retry-after'], json);
  if (KEY_REFUSED.has(status)) throw new ConnectorError('misconfigured');
  const body = failure.safeParse(json).data;
  const secrets = [access.apiKey, tools.webhook?.secret];
  const text = wordsOf(body);
  const description = safeReason(text, secrets) ?? `status ${status}`;
  if (status >= 500) {
    // It got through to somebody, and mostly nobody says what became of it.
    const isSure = SURELY_NOT_SENT.test(description);
    return isSure ? { state: 'refused', status, description } : { state: 'unknown' };
  }
  if (status === 422 && isNotWorking(json)) {
    throw unavailable('waha: the session does not work now');
  }
  if (status === 404) {
    if (!NO_SESSION.test(description)) throw notUnderstood('waha: status 404');
    throw refused('reauthorize', { text, secrets });
  }
  demandAnswer(status);
  return { state: 'refused', status, description };
}

/** Whether a refusal (422) says that the session does not work at the moment. */
export function isNotWorking(json: unknown): boolean {
  const body = failure.safeParse(json).data;
  return body?.expected !== undefined || NOT_WORKING.test(safeReason(wordsOf(body), []) ?? '');
}

/** WAHA's errors: `{ statusCode, message, error }`, `{ error, session, status, expected }`, `{ exception }`. */
function wordsOf(body: z.output<typeof failure> | undefined): string | undefined {
  const candidates = [body?.message, body?.exception?.message, body?.error];
  for (const candidate of candidates) {
    const first: unknown = Array.isArray(candidate) ? candidate[0] : candidate;
    if (typeof first === 'string' && first !== '') return first;
  }
  return undefined;
}
