/** How fast a backend does what it must space out or may do later. Tests hurry. */
export interface Pace {
  /** Distance between two requests to Kommo, in milliseconds. */
  kommoSpacingMs: number;
  /** Factor for the pauses of all sweeps: 0.1 makes them ten times as frequent. */
  sweeps: number;
  /** Most requests per second of one account; absent: no limit. */
  requestsPerSecond?: number;
}

/**
 * Eight requests at this distance span 1.26 s: even when some leave late or are delayed on the way to Kommo, no
 * sliding second holds more than Kommo’s seven.
 */
export const PACE: Pace = { kommoSpacingMs: 180, sweeps: 1 };
