import type { Pace } from '../../src/server/platform/pace.ts';

/** The pace of tests that are about something else: how requests are spaced has tests of its own. */
export const HURRY: Pace = { kommoSpacingMs: 0, sweeps: 0.1 };

/** Switches of an emulator that takes requests at that pace. */
export const UNLIMITED = { rateLimit: '0' };
