import { z } from 'zod';
import { type KommoApi, KommoError, type KommoFailure, type KommoFieldError } from './errors.ts';

/** What Kommo answered, whatever its status. Header names are lower case. */
export interface KommoAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const MIN_PAUSE_SECONDS = 1;
const MAX_PAUSE_SECONDS = 15 * 60;
/** When Kommo names no time; its documentation does not promise one. */
const DEFAULT_PAUSE_SECONDS = 5;
const MAX_TEXT = 200;
const MAX_FIELDS = 100;
/** Words in the token endpoint's `hint` that concern our client, not the grant. */
const ABOUT_CLIENT = /\b(?:client|redirect)/i;

const itemError = z.object({
  code: z.string().catch('invalid'),
  path: z.string().catch(''),
  detail: z.string().optional().catch(undefined),
});

/** Both shapes Kommo uses: a list of errors per item (validation) and a single object per item (batches). */
const itemErrors = z
  .array(z.object({ errors: z.union([z.array(itemError), itemError.transform((one) => [one])]) }))
  .catch([]);

/** @see https://developers.kommo.com/docs/http-codes */
const problem = z.object({
  hint: z.string().optional().catch(undefined),
  error_type: z.string().optional().catch(undefined),
  code: z.number().optional().catch(undefined),
  retry_after: z.union([z.number(), z.string()]).optional().catch(undefined),
  'validation-errors': itemErrors.optional(),
  errors: itemErrors.optional(),
});

/** Parses JSON, tolerating a byte order mark; `undefined` when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/**
 * The body of a successful answer in the shape the caller needs. Unknown members are ignored.
 *
 * @throws KommoError `unavailable` when it is something else: nobody can act on such an answer
 */
export function readAnswer<Shape extends z.ZodType>(
  answer: KommoAnswer,
  shape: Shape,
  api: KommoApi = 'rest',
): z.output<Shape> {
  const parsed = shape.safeParse(parseJson(answer.body));
  if (parsed.success) return parsed.data;
  // The paths that failed, without the values: those may be anything.
  const paths = parsed.error.issues.map((issue) => issue.path.map(String).join('.')).slice(0, 5);
  throw new KommoError('unavailable', {
    api,
    status: answer.status,
    cause: new Error(`Unexpected answer at: ${paths.join(', ')}`),
  });
}

/** The error an unsuccessful answer stands for; `undefined` for 2xx. */
export function failureOf(
  answer: KommoAnswer,
  api: KommoApi,
  now: () => Date,
): KommoError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const parsed = problem.safeParse(parseJson(answer.body));
  const body = parsed.success ? parsed.data : undefined;
  const kind = kindOf(status, body, api);
  const fields = body && fieldsOf(body);
  // Never the chat API's description: it may repeat what was sent.
  const hint = api === 'amojo' ? body?.error_type : body?.hint;
  return new KommoError(kind, {
    api,
    status,
    ...(body?.code === undefined ? {} : { code: body.code }),
    ...(hint === undefined ? {} : { hint: hint.slice(0, MAX_TEXT) }),
    ...(fields === undefined || fields.length === 0 ? {} : { fields }),
    ...(kind === 'rate_limited'
      ? {
          retryAfterSeconds: pauseSeconds(body?.retry_after, answer.headers['retry-after'], now()),
        }
      : {}),
  });
}

/**
 * How long a 429 asks us to wait, from its body or its header (seconds or a date), in whole seconds
 * between 1 and 900. Anything unreadable counts as 5.
 */
export function pauseSeconds(
  inBody: number | string | undefined,
  inHeader: string | undefined,
  now: Date,
): number {
  for (const value of [inBody, inHeader]) {
    if (value === undefined || value === '') continue;
    const seconds =
      typeof value === 'string' && !/^\s*-?\d+(?:\.\d+)?\s*$/.test(value)
        ? (Date.parse(value) - now.getTime()) / 1000
        : Number(value);
    if (Number.isNaN(seconds)) continue;
    return Math.min(MAX_PAUSE_SECONDS, Math.max(MIN_PAUSE_SECONDS, Math.ceil(seconds)));
  }
  return DEFAULT_PAUSE_SECONDS;
}

function kindOf(
  status: number,
  body: z.output<typeof problem> | undefined,
  api: KommoApi,
): KommoFailure {
  if (api === 'token' && isAboutClient(status, body)) return 'misconfigured';
  if (status === 401) return 'unauthorized';
  if (status === 402) return 'payment_required';
  // A banned address gets the web server's page, not the API's answer; amojo's 403 is always about the signature, and
  // one for a file is about the file.
  if (status === 403) {
    return body !== undefined || api === 'amojo' || api === 'files' ? 'forbidden' : 'blocked';
  }
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  // We never follow a redirect: this backend talks to the account's host only.
  if (status < 400 || status >= 500) return 'unavailable';
  return 'rejected';
}

/**
 * The token endpoint checks the client before it checks what the client brings, and names the fault of a code or a
 * refresh token in `hint`. Without one, it says nothing about the grant.
 */
function isAboutClient(status: number, body: z.output<typeof problem> | undefined): boolean {
  if (status === 403) return body !== undefined;
  if (status !== 400 && status !== 401) return false;
  return body?.hint === undefined || ABOUT_CLIENT.test(body.hint);
}

function fieldsOf(body: z.output<typeof problem>): KommoFieldError[] {
  return [...(body['validation-errors'] ?? []), ...(body.errors ?? [])]
    .flatMap((item) => item.errors)
    .slice(0, MAX_FIELDS)
    .map(({ path, code, detail }) => ({
      path: path.slice(0, MAX_TEXT),
      code: code.slice(0, MAX_TEXT),
      ...(detail === undefined ? {} : { reason: detail.slice(0, MAX_TEXT) }),
    }));
}
