import { mkdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lookAtClaim, otherClaims, raiseClaim } from './data-dir-claim.ts';

/** Another process holds the embedded database, here or in another container. */
export class DataDirInUse extends Error {
  readonly directory: string;
  /** Which process, as it says itself. */
  readonly holder: string;

  constructor(directory: string, holder: string) {
    super(
      `The database directory ${directory} is in use by ${holder}. Stop that process first, or set DATA_DIR to another directory.`,
    );
    this.name = 'DataDirInUse';
    this.directory = directory;
    this.holder = holder;
  }
}

/** How long a claim that cannot be asked must show no sign of life: several of its beats. */
const WATCH_MS = 15_000;

/** Others look around for milliseconds; one that takes longer is left in peace. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 20;

/**
 * Takes the directory for this process alone. PGlite has no lock of its own, and two openers silently
 * lose each other's writes (https://github.com/electric-sql/pglite/issues/1106).
 *
 * Everybody first raises a claim that others can see, and then looks at theirs. So of two, the later one
 * sees the earlier one's. It goes when that one holds the directory; of two that are still looking, the
 * one with the greater name goes, and the other waits until it has.
 *
 * @param watchMs how long a claim that cannot be asked, as of another machine, is watched for signs of life
 * @returns releases the lock
 * @throws DataDirInUse
 */
export async function lockDataDir(directory: string, watchMs = WATCH_MS): Promise<() => void> {
  const place = resolve(directory);
  mkdirSync(dirname(place), { recursive: true });
  const own = await raiseClaim(place);
  try {
    await Promise.all(
      otherClaims(place, own).map((other) => outlast(place, other, own.name, watchMs)),
    );
  } catch (error) {
    own.withdraw();
    throw error;
  }
  own.hold();
  // What earlier versions left: a process id, which may be anybody's by now.
  rmSync(`${place}.lock`, { force: true });
  return () => own.withdraw();
}

async function outlast(
  directory: string,
  other: string,
  own: string,
  watchMs: number,
): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const state = await lookAtClaim(directory, other, watchMs);
    if (state === 'gone') return;
    if (state !== 'looking') throw new DataDirInUse(directory, state.holder);
    const mayWait = own < other && performance.now() < giveUpAt;
    if (!mayWait) throw new DataDirInUse(directory, 'another process that is just starting');
    await sleep(LOOK_AGAIN_MS);
  }
}
