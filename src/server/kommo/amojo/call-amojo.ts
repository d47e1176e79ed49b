import type { Tld } from '../account-host.ts';
import type { KommoAnswer } from '../answers.ts';
import { isKommoError } from '../errors.ts';
import type { Kommo } from '../kommo.ts';
import { AMOJO_CONTENT_TYPE, amojoDate, amojoSignature, contentMd5 } from './signature.ts';

/** Which connection of the channel with an account a call is about, and on which platform that account is. */
export interface ChatScope {
  scopeId: string;
  tld: Tld;
}

/** What the functions of this folder need of `Kommo`. */
export type AmojoCaller = Pick<Kommo, 'settings' | 'send' | 'now' | 'amojoBudget'>;

/** One call to the chat API. */
export interface AmojoRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Segments of the path, below the API's root. */
  path: readonly string[];
  query?: URLSearchParams;
  /** Sent as JSON, its members in this order. Absent: no body. */
  json?: object;
}

/** The chat API follows the platform, not the account; amocrm.com accounts are served by Kommo's. */
const HOSTS: Record<Tld, string> = {
  'kommo.com': 'amojo.kommo.com',
  'amocrm.com': 'amojo.kommo.com',
  'amocrm.ru': 'amojo.amocrm.ru',
};

const ROOT = '/v2/origin/custom';

/**
 * One call below a scope, in its turn. A 429 stops the calls of all replicas for the time Kommo asks for.
 *
 * @throws KommoError with `api` `amojo` for everything but 2xx; `hint` is Kommo's `error_type`
 */
export async function callAmojo(
  kommo: AmojoCaller,
  { scopeId, tld }: ChatScope,
  request: AmojoRequest,
): Promise<KommoAnswer> {
  await kommo.amojoBudget.wait(undefined, scopeId);
  try {
    return await sendSigned(kommo, tld, { ...request, path: [scopeId, ...request.path] });
  } catch (error) {
    if (isKommoError(error, 'rate_limited')) {
      await kommo.amojoBudget.pause(error.retryAfterSeconds ?? 1);
    }
    throw error;
  }
}

/**
 * Signs a call and sends it at once.
 *
 * @throws KommoError with `api` `amojo` for everything but 2xx
 */
export async function sendSigned(
  { settings, send, now }: Pick<Kommo, 'settings' | 'send' | 'now'>,
  tld: Tld,
  { method, path: segments, query, json }: AmojoRequest,
): Promise<KommoAnswer> {
  const path = [ROOT, ...segments.map((one) => encodeURIComponent(cleanText(one)))].join('/');
  const body = json === undefined ? '' : toJson(json);
  const date = amojoDate(now());
  return await send({
    api: 'amojo',
    method,
    host: HOSTS[tld],
    path,
    ...(query && { query }),
    headers: {
      date,
      'content-type': AMOJO_CONTENT_TYPE,
      'content-md5': contentMd5(body),
      // The query is not signed.
      'x-signature': amojoSignature(settings.channelSecret, { method, path, body, date }),
    },
    ...(json !== undefined && { body }),
    // Kommo counts the chat API separately from the REST API.
    urgency: 'unmetered',
  });
}

/** JSON whose texts every parser and every database takes. */
function toJson(value: object): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'string' ? cleanText(member) : member,
  );
}

/** Services and people send anything: half a surrogate pair, or NUL. */
function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}
