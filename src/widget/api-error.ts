import type { ErrorBody, ErrorCode, FieldError } from '../contract/errors.ts';
import type { LocalErrorCode } from '../contract/help.ts';
import type { HostAnswer } from './host.ts';

/** A failed request. Every code has a text: `errors.<code>`. */
export class ApiError extends Error {
  readonly code: ErrorCode | LocalErrorCode;
  readonly fields: FieldError[];
  /** For support: the request's id in the backend's log. */
  readonly reference: string | undefined;
  /** The consent page to open when Kommo's grant no longer works; built by the backend. */
  readonly reauthorizeUrl: string | undefined;
  /** With `already_connected`: the channel that has this account. */
  readonly channelId: string | undefined;
  /** How long the backend, Kommo or the chat service asks us to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode | LocalErrorCode,
    details: {
      fields?: FieldError[];
      reference?: string;
      reauthorizeUrl?: string;
      channelId?: string;
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(code);
    this.name = 'ApiError';
    this.code = code;
    this.fields = details.fields ?? [];
    this.reference = details.reference;
    this.reauthorizeUrl = details.reauthorizeUrl;
    this.channelId = details.channelId;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** Reads an answer that is not a success. */
export function toApiError({ status, body, retryAfter }: HostAnswer): ApiError {
  if (isErrorBody(body)) {
    return new ApiError(body.error.code, {
      fields: body.error.fields,
      channelId: body.error.channel_id,
      reference: body.error.request_id,
      reauthorizeUrl:
        body.error_code === 1015 && isWebAddress(body.refresh_token_url)
          ? body.refresh_token_url
          : undefined,
      retryAfterSeconds: Number(retryAfter) || undefined,
    });
  }
  // Gateways in front of the backend answer 502 to 504 with their own pages.
  if (status === 0 || (status >= 502 && status <= 504)) return new ApiError('unreachable');
  if (status === 401 || status === 403) return new ApiError('session_ended');
  return new ApiError('unexpected');
}

/** The error itself, or `unexpected` for anything that is a bug of ours. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('unexpected');
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'code' in error;
}

/** True for addresses that may be opened in a window: only http and https. */
export function isWebAddress(address: unknown): address is string {
  if (typeof address !== 'string') return false;
  try {
    return ['https:', 'http:'].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}
