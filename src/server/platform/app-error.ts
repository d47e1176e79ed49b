import { ERROR_STATUS, type ErrorCode, type FieldError } from '../../contract/errors.ts';

interface AppErrorOptions {
  cause?: unknown;
  fields?: FieldError[];
  /** The channel that stands in the way. */
  channelId?: string;
  /** Consent page of the grant that died; sent with `error_code` 1015. Built by the server only. */
  refreshTokenUrl?: string;
  /** Seconds, sent as `Retry-After`. */
  retryAfterSeconds?: number;
}

/**
 * A failure with a code from the closed list of the contract. The message is the code: nothing a caller
 * sent, and no secret, ever becomes part of it. What went wrong underneath is in `cause`, for the log.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly fields: FieldError[] | undefined;
  readonly channelId: string | undefined;
  readonly refreshTokenUrl: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(code, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.fields = options.fields;
    this.channelId = options.channelId;
    this.refreshTokenUrl = options.refreshTokenUrl;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}
