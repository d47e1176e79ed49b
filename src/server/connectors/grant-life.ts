/** No grant is believed to live longer; a service may answer any number. */
const LONGEST_SECONDS = 10 * 366 * 24 * 3600;

/** When a token ends, in ISO 8601, from the `expires_in` of a token answer. */
export function endOfLife(expiresInSeconds: number, now: Date): string {
  const seconds = Math.min(Math.max(expiresInSeconds, 0), LONGEST_SECONDS);
  return new Date(now.getTime() + seconds * 1000).toISOString();
}

/** Whether a token has less than `marginMs` to live. One without an end has not. */
export function isEnding(expiresAt: string | undefined, now: Date, marginMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) - now.getTime() < marginMs;
}
