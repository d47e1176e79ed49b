import { ConnectorError, type Health } from './connector.ts';

/** No token is taken to live longer, whatever number a service answers. */
const LONGEST_SECONDS = 10 * 366 * 24 * 3600;

export const CONNECTED: Health = { status: 'connected', reason: null };

/**
 * What a failed question says about a channel, so that every connector says it alike.
 *
 * @param dead what the admin must do when the service refuses the credentials
 * @throws the error itself when it says nothing about the channel (`rate_limited`, our own bugs)
 */
export function healthOf(error: unknown, dead: Health['reason']): Health {
  if (!(error instanceof ConnectorError)) throw error;
  switch (error.failure) {
    case 'rejected':
    case 'reauthorize':
      return { status: 'action_needed', reason: dead };
    case 'unavailable':
      return { status: 'error', reason: 'service_unreachable' };
    case 'misconfigured':
      return { status: 'error', reason: 'service_error' };
    default:
      throw error;
  }
}

/** Ignores a failure that means "there is nothing left to end". */
export function unlessGone(error: unknown): void {
  const isGone =
    error instanceof ConnectorError &&
    (error.failure === 'rejected' || error.failure === 'reauthorize');
  if (!isGone) throw error;
}

/** When a token ends, in ISO 8601, from the `expires_in` of a token answer. */
export function endOfLife(expiresInSeconds: number, now: Date): string {
  const seconds = Math.min(Math.max(expiresInSeconds, 0), LONGEST_SECONDS);
  return new Date(now.getTime() + seconds * 1000).toISOString();
}

/** Whether a token has less than `marginMs` to live; never for one without an end. */
export function isEnding(expiresAt: string | undefined, now: Date, marginMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) - now.getTime() < marginMs;
}
