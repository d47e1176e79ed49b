import type { Attempt, AttemptReason } from '../../contract/api.ts';

/** What the panel shows for an attempt. Pure functions, no state. */
export type Phase =
  /** No attempt yet. */
  | 'idle'
  | 'starting'
  /** The admin must act: sign in, scan or type. */
  | 'waiting'
  /** A phone scanned the code; the service needs up to a minute. */
  | 'linking'
  /** An account was found; the admin must confirm it. */
  | 'confirm'
  | 'connected'
  | 'failed'
  | 'expired'
  | 'cancelled';

/** How long after its expiry an attempt counts as over when the server cannot be reached. */
const EXPIRY_GRACE_MS = 5000;

/** Polling pauses grow from the first to the longest. */
const POLL_FIRST_MS = 2000;
const POLL_LONGEST_MS = 5000;
const POLL_GROWTH = 1.2;

export function phaseOf(attempt: Attempt | undefined): Phase {
  if (!attempt) return 'idle';
  const isLinked = attempt.reason === 'linking' || attempt.reason === 'account_unknown';
  if (attempt.state === 'waiting' && isLinked) return 'linking';
  return attempt.state;
}

/** What is currently blocking an open attempt, if anything. */
export function troubleOf(attempt: Attempt | undefined): AttemptReason | undefined {
  if (!attempt || !['starting', 'waiting'].includes(attempt.state)) return undefined;
  return attempt.reason === 'linking' ? undefined : attempt.reason;
}

/** True when nothing more will happen to the attempt. */
export function isOver(attempt: Attempt): boolean {
  return ['connected', 'failed', 'expired', 'cancelled'].includes(attempt.state);
}

/** True when the admin ended it: refused at the service, or cancelled. Nobody chooses to be superseded. */
export function isOwnEnd(attempt: Attempt | undefined): boolean {
  const isCancelled = attempt?.state === 'cancelled' && attempt.reason !== 'superseded';
  return isCancelled || (attempt?.state === 'failed' && attempt.reason === 'denied');
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

/** The pause before poll number `count`, counted from 0. */
export function pollPause(attempt: Attempt, count: number): number {
  const grown = Math.min(POLL_FIRST_MS * POLL_GROWTH ** count, POLL_LONGEST_MS);
  return Math.max(grown, attempt.poll_after_ms);
}

/** The later of two states of one attempt. The stream and polling can overtake each other. */
export function newerOf(known: Attempt | undefined, received: Attempt): Attempt {
  if (!known || known.id !== received.id) return received;
  if (isOver(known)) return known;
  return Date.parse(received.server_time) >= Date.parse(known.server_time) ? received : known;
}

/** `ABCD-EFGH` in groups of four, as phones ask for it. */
export function pairingCodeGroups(code: string): string[] {
  return code.replace(/[^0-9A-Za-z]/g, '').match(/.{1,4}/g) ?? [];
}
