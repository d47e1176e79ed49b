import { setTimeout as pause } from 'node:timers/promises';
import type { Match } from '../../src/emulator/engine/match.ts';
import type { Backend } from './backends.ts';

/**
 * When a backend is killed in a call it makes to Kommo: `asked` - Kommo has the request, and acts on it
 * although nobody waits for the answer any more; `answering` - Kommo has acted, and half of the answer is on
 * its way; `answered` - the answer was sent, and what comes next has hardly begun.
 */
export type Moment = 'asked' | 'answering' | 'answered';

/** Kills the backend at this moment of the next such call. `act` is what leads to the call. */
export async function killDuring(
  backend: Backend,
  match: Match,
  moment: Moment,
  act: () => Promise<unknown>,
): Promise<void> {
  const { emulator, waitFor } = backend;
  const before = emulator.requests(match).length;
  if (moment === 'asked') {
    const held = emulator.barrier(match, 1, 'manual');
    await act();
    await held.arrived;
    await backend.kill();
    held.release();
    return;
  }
  const rule = moment === 'answering' ? emulator.fault({ match, action: 'drip' }) : undefined;
  await act();
  await waitFor(() => emulator.requests(match)[before]?.status !== undefined);
  await backend.kill();
  if (rule !== undefined) emulator.clearFaults();
}

/** Kills the backend after so many milliseconds, wherever it is then. */
export async function killAfter(
  backend: Backend,
  milliseconds: number,
  act: () => Promise<unknown>,
): Promise<void> {
  await act();
  await pause(milliseconds);
  await backend.kill();
}
