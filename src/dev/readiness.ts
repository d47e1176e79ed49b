import { setTimeout as delay } from 'node:timers/promises';
import type { Part } from './part.ts';

const POLL_MS = 50;
const PATIENCE_MS = 90_000;

/** A part of the stack ended or did not answer in time. */
export class NotReady extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotReady';
  }
}

/**
 * Waits until the part answers requests to the address with 200.
 *
 * @throws NotReady with the part's last output
 */
export async function waitUntilReady(part: Part, address: string): Promise<void> {
  let end: string | undefined;
  void part.ended.then((reason) => {
    end = reason;
  });
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await answers(address))) {
    if (end !== undefined) {
      throw new NotReady(`The ${part.name} ended (${end}):\n${part.lastLines}`);
    }
    if (Date.now() > deadline) {
      throw new NotReady(
        `The ${part.name} did not answer within ${PATIENCE_MS / 1000} s; see ${part.logFile}`,
      );
    }
    await delay(POLL_MS);
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
