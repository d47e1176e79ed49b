import type { KommoError } from '../errors.ts';

const FIRST_BACKOFF_MS = 2_000;
const LONGEST_BACKOFF_MS = 5 * 60_000;
const UNPAID_REST_MS = 15 * 60_000;
const BLOCKED_REST_MS = 5 * 60_000;
const FIRST_CLIENT_REST_MS = 3 * 60_000;
const LONGEST_CLIENT_REST_MS = 30 * 60_000;
const FIRST_PROBE_MS = 60 * 60_000;
const LONGEST_PROBE_MS = 24 * 60 * 60_000;
const MAX_PROBES = 12;
const PATIENT_PROBE_MS = 7 * LONGEST_PROBE_MS;

/**
 * When to look again at a grant whose user lacks rights, or that nobody could say anything about. It is kept
 * working that way, so this goes on, ever more seldom.
 */
export function patientProbeDelayMs(failures: number): number {
  return probeDelayMs(failures) ?? PATIENT_PROBE_MS;
}

/** When to look again at a grant that died without a final word; null: never. */
export function probeDelayMs(failures: number): number | null {
  if (failures >= MAX_PROBES) return null;
  return Math.min(LONGEST_PROBE_MS, FIRST_PROBE_MS * 2 ** failures);
}

/** How long a grant rests after a refresh that changed nothing. */
export function restMs(error: KommoError, failures: number): number {
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  if (error.kind === 'payment_required') return UNPAID_REST_MS;
  if (error.kind === 'blocked') return BLOCKED_REST_MS;
  return spread(Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures));
}

/** How long it rests after Kommo refused our client; the operator has to do something. */
export function clientRestMs(refusals: number): number {
  return spread(Math.min(LONGEST_CLIENT_REST_MS, FIRST_CLIENT_REST_MS * 2 ** refusals));
}

/** Accounts that failed together should not try again together. */
function spread(delayMs: number): number {
  return delayMs * (0.5 + Math.random() * 0.5);
}
