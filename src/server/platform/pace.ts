/** How quickly a backend goes about what it must space out, or could do later. Tests hurry. */
export interface Pace {
  /** Distance between two requests to Kommo, in milliseconds. */
  kommoSpacingMs: number;
  /** Times between two rounds of a sweep, as a share of what the sweep itself asks for. */
  sweeps: number;
  /** Requests of one account a second, from then on refused; absent: as many as come. */
  requestsPerSecond?: number;
}

/**
 * Eight requests at this distance span 1.26 s: even when some leave late, or the way to Kommo delays them, no
 * sliding second holds more than Kommo’s seven.
 */
export const PACE: Pace = { kommoSpacingMs: 180, sweeps: 1 };
