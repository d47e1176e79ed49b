import { ConnectorError } from './connectors/connector.ts';
import { KommoError } from './kommo/errors.ts';
import { AppError } from './platform/app-error.ts';
import { isStorageUnavailable } from './platform/database/storage-errors.ts';
import { NotReached } from './platform/outbound.ts';

/** Pause suggested while the database or Kommo recovers, in seconds. */
const RETRY_AFTER_SECONDS = 5;

/** When a chat service refuses because of too many requests and does not say for how long. */
const UNKNOWN_LIMIT_SECONDS = 60;

/** Longest pause passed on to a browser, in seconds. Kommo is known to ask for 300. */
const LONGEST_RETRY_SECONDS = 900;

/**
 * Turns anything a use case threw into an error with a code of the contract, and keeps the cause for the log. An
 * unknown error is a bug of ours and becomes `internal`.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof KommoError) return fromKommo(error);
  if (error instanceof ConnectorError) return fromConnector(error);
  if (isStorageUnavailable(error)) {
    return new AppError('storage_unavailable', {
      cause: error,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  return new AppError('internal', { cause: error });
}

/**
 * Whether Kommo refuses the account's grant or its user's rights for good: only new access from an administrator
 * helps. Passing trouble does not count, nor does amojo, which does not know the grant.
 */
export function isLastingRefusal(error: unknown): boolean {
  if (!(error instanceof KommoError) || error.api === 'amojo') return false;
  return ['reauthorize', 'unauthorized', 'forbidden'].includes(error.kind);
}

function fromKommo(error: KommoError): AppError {
  const options = { cause: error, retryAfterSeconds: pause(error.retryAfterSeconds) };
  if (isLastingRefusal(error)) return new AppError('kommo_reauthorize', { cause: error });
  switch (error.kind) {
    case 'misconfigured':
      return new AppError('kommo_misconfigured', { cause: error });
    case 'payment_required':
      return new AppError('kommo_payment_required', { cause: error });
    case 'unauthorized':
    case 'reauthorize':
    case 'forbidden':
    case 'not_found':
      return error.api === 'amojo'
        ? new AppError('channel_refused', { cause: error })
        : new AppError('kommo_unavailable', options);
    case 'rejected':
      return error.api === 'amojo'
        ? new AppError('channel_refused', { cause: error })
        : new AppError('validation_failed', { cause: error, fields: error.fields });
    case 'busy':
      return new AppError('temporarily_unavailable', options);
    case 'rate_limited':
      return new AppError('kommo_rate_limited', options);
    case 'blocked':
      return new AppError('kommo_blocked', options);
    case 'unavailable':
      return new AppError(isTimeout(error) ? 'kommo_timeout' : 'kommo_unavailable', options);
  }
}

function isTimeout({ cause }: KommoError): boolean {
  return cause instanceof NotReached && cause.reason === 'timeout';
}

function fromConnector(error: ConnectorError): AppError {
  const options = { cause: error, retryAfterSeconds: pause(error.retryAfterSeconds) };
  switch (error.failure) {
    case 'rejected': {
      const { field, reason } = error;
      const fields =
        field === undefined
          ? undefined
          : [{ path: field, code: 'rejected', ...(reason === undefined ? {} : { reason }) }];
      return new AppError('connector_rejected', { cause: error, fields });
    }
    case 'reauthorize':
      return new AppError('connector_reauthorize', { cause: error });
    case 'rate_limited':
      return new AppError('rate_limited', {
        cause: error,
        retryAfterSeconds: pause(error.retryAfterSeconds ?? UNKNOWN_LIMIT_SECONDS),
      });
    case 'misconfigured':
      return new AppError('connector_misconfigured', { cause: error });
    case 'unavailable':
      return new AppError('connector_unavailable', options);
    case 'signature':
      return new AppError('signature_invalid', { cause: error });
    case 'invalid_event': {
      const { field = 'body', reason } = error;
      const faulty = { path: field, code: 'invalid', ...(reason !== undefined && { reason }) };
      return new AppError('validation_failed', { cause: error, fields: [faulty] });
    }
  }
}

function pause(seconds: number | undefined): number {
  if (seconds === undefined || !Number.isFinite(seconds)) return RETRY_AFTER_SECONDS;
  return Math.min(Math.max(1, Math.ceil(seconds)), LONGEST_RETRY_SECONDS);
}
