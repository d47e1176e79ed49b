import type { ErrorBody, ErrorCode, FieldError } from '../contract/errors.ts';
import type { HostAnswer } from './host.ts';

/** What can go wrong before the backend answers in its own words. */
export type LocalErrorCode =
  /** No answer: no network, a timeout, the backend is down. */
  | 'unreachable'
  /** Kommo gave no token: its own session ended. */
  | 'session_ended'
  /** An answer that is not the backend's. */
  | 'unexpected';

/** A request that did not succeed. Every code has a text: `errors.<code>`. */
export class ApiError extends Error {
  readonly code: ErrorCode | LocalErrorCode;
  readonly fields: FieldError[];
  /** For support: names the request in the backend's log. */
  readonly reference: string | undefined;
  /** The consent page to open when a grant died; built by the backend. */
  readonly reauthorizeUrl: string | undefined;
  /** How long the backend, Kommo or the chat service wants to be left alone. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode | LocalErrorCode,
    details: {
      fields?: FieldError[];
      reference?: string;
      reauthorizeUrl?: string;
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(code);
    this.name = 'ApiError';
    this.code = code;
    this.fields = details.fields ?? [];
    this.reference = details.reference;
    this.reauthorizeUrl = details.reauthorizeUrl;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** Reads an answer that is not a success. */
export function toApiError({ status, body, retryAfter }: HostAnswer): ApiError {
  if (isErrorBody(body)) {
    return new ApiError(body.error.code, {
      fields: body.error.fields,
      reference: body.error.request_id,
      reauthorizeUrl:
        body.error_code === 1015 && isWebAddress(body.refresh_token_url)
          ? body.refresh_token_url
          : undefined,
      retryAfterSeconds: Number(retryAfter) || undefined,
    });
  }
  // Gateways between us and the backend answer 502 to 504 with pages of their own.
  if (status === 0 || (status >= 502 && status <= 504)) return new ApiError('unreachable');
  if (status === 401 || status === 403) return new ApiError('session_ended');
  return new ApiError('unexpected');
}

/** By name, because each part of the widget has a class of its own. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError';
}

/** The failure itself, or `unexpected` for anything that is a fault of our own. */
export function asApiError(error: unknown): ApiError {
  return isApiError(error) ? error : new ApiError('unexpected');
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'code' in error;
}

/** True for addresses that may be opened in a window: nothing but http and https. */
export function isWebAddress(address: unknown): address is string {
  if (typeof address !== 'string') return false;
  try {
    return ['https:', 'http:'].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}
