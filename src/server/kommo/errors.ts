import { isNeverSent } from '../platform/never-sent.ts';
import { NotReached } from '../platform/outbound.ts';

/** What went wrong between us and Kommo, in words a use case can decide on. */
export type KommoFailure =
  /** 401 for this call; a fresh token did not help, or there was none to try. */
  | 'unauthorized'
  /** 402: the account's subscription is not paid. */
  | 'payment_required'
  /** 403 with a reason: the grant's user lacks rights, or (amojo) a wrong channel secret or clock. Waiting does not help. */
  | 'forbidden'
  /** 403 as a web page: our address is banned for too many requests. */
  | 'blocked'
  /** 429, or our own budget towards Kommo is used up. */
  | 'rate_limited'
  /** Kommo does not accept what was sent; `fields` may say what. */
  | 'rejected'
  | 'not_found'
  /** Not reached, 5xx, or an answer nobody can read. */
  | 'unavailable'
  /** Another caller is refreshing the token; try again shortly. */
  | 'busy'
  /** Kommo refuses our client id, secret or redirect address; only the operator can put that right. */
  | 'misconfigured'
  /** There is no working grant; an administrator must authorize again. */
  | 'reauthorize';

/** One faulty value of what was sent. Kommo's own words, cut to a length that may be shown. */
export interface KommoFieldError {
  path: string;
  code: string;
  reason?: string;
}

/**
 * Which of Kommo's interfaces answered; amojo's refusals mean something other than the REST API's. `files`: where
 * attachments of chats are kept.
 */
export type KommoApi = 'rest' | 'token' | 'amojo' | 'files';

interface KommoErrorOptions {
  api?: KommoApi;
  cause?: unknown;
  status?: number;
  /** Seconds until a retry makes sense. */
  retryAfterSeconds?: number;
  fields?: KommoFieldError[];
  /** The token endpoint's own word for what is wrong with the grant; the chat API's word for the kind of error. */
  hint?: string;
  /** Kommo's own number of the error. */
  code?: number;
}

/** The only error this folder throws on purpose. Holds no token, no address and no body. */
export class KommoError extends Error {
  readonly kind: KommoFailure;
  readonly api: KommoApi;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly fields: KommoFieldError[] | undefined;
  readonly hint: string | undefined;
  readonly code: number | undefined;

  constructor(kind: KommoFailure, options: KommoErrorOptions = {}) {
    super(`Kommo: ${kind}`, { cause: options.cause });
    this.name = 'KommoError';
    this.kind = kind;
    this.api = options.api ?? 'rest';
    this.status = options.status;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.fields = options.fields;
    this.hint = options.hint;
    this.code = options.code;
  }
}

/** Whether an error is a `KommoError`, of this kind when one is named. */
export function isKommoError(error: unknown, kind?: KommoFailure): error is KommoError {
  return error instanceof KommoError && (kind === undefined || error.kind === kind);
}

/** Whether a failed request certainly never reached Kommo, so that repeating it changes nothing twice. */
export function wasNeverSent({ cause }: KommoError): boolean {
  return cause instanceof NotReached && isNeverSent(cause);
}
