import type { Attempt, AttemptReason } from '../../contract/api.ts';

/** What the panel shows for an attempt. Pure functions, no state. */
export type Phase =
  /** No attempt yet. */
  | 'idle'
  | 'starting'
  /** The admin's turn: sign in, scan, type. */
  | 'waiting'
  /** A phone scanned the code; the service needs up to a minute. */
  | 'linking'
  /** Somebody was found; the admin must agree. */
  | 'confirm'
  | 'connected'
  | 'failed'
  | 'expired'
  | 'cancelled';

/** An attempt that nobody renews ends this long after its time, in case the server cannot be asked. */
const EXPIRY_GRACE_MS = 5000;

/** Pauses between two looks at an attempt: they grow from the first to the second. */
const POLL_FIRST_MS = 2000;
const POLL_LONGEST_MS = 5000;
const POLL_GROWTH = 1.2;

export function phaseOf(attempt: Attempt | undefined): Phase {
  if (!attempt) return 'idle';
  const isLinked = attempt.reason === 'linking' || attempt.reason === 'account_unknown';
  if (attempt.state === 'waiting' && isLinked) return 'linking';
  return attempt.state;
}

/** What keeps an open attempt from getting on, for as long as it lasts. */
export function troubleOf(attempt: Attempt | undefined): AttemptReason | undefined {
  if (!attempt || !['starting', 'waiting'].includes(attempt.state)) return undefined;
  return attempt.reason === 'linking' ? undefined : attempt.reason;
}

/** True when nothing more will happen to the attempt. */
export function isOver(attempt: Attempt): boolean {
  return ['connected', 'failed', 'expired', 'cancelled'].includes(attempt.state);
}

/** How far the server's clock is ahead of the browser's, in milliseconds. */
export function clockOffset(attempt: Attempt, nowMs: number): number {
  return Date.parse(attempt.server_time) - nowMs;
}

/** Whole seconds until a moment of the server's clock; never below 0. */
export function secondsLeft(expiresAt: string, nowMs: number, offsetMs: number): number {
  return Math.max(0, Math.ceil((Date.parse(expiresAt) - nowMs - offsetMs) / 1000));
}

/** True when the attempt's time is up by the server's clock. */
export function isOverdue(attempt: Attempt, nowMs: number, offsetMs: number): boolean {
  return nowMs + offsetMs > Date.parse(attempt.expires_at) + EXPIRY_GRACE_MS;
}

/** The pause before look number `count`, counted from 0. */
export function pollPause(attempt: Attempt, count: number): number {
  const grown = Math.min(POLL_FIRST_MS * POLL_GROWTH ** count, POLL_LONGEST_MS);
  return Math.max(grown, attempt.poll_after_ms);
}

/** The later of two states of one attempt: stream and polling may overtake one another. */
export function newerOf(known: Attempt | undefined, heard: Attempt): Attempt {
  if (!known || known.id !== heard.id) return heard;
  if (isOver(known)) return known;
  return Date.parse(heard.server_time) >= Date.parse(known.server_time) ? heard : known;
}

/** `ABCD-EFGH` in groups of four, as phones ask for it. */
export function pairingCodeGroups(code: string): string[] {
  return code.replace(/[^0-9A-Za-z]/g, '').match(/.{1,4}/g) ?? [];
}
