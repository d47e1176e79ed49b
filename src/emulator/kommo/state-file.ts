import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { State } from './state.ts';

/** Rest between two writes; a burst of requests makes one. */
const REST_MS = 100;
/** Raised when a state of an older emulator can no longer be read. */
const VERSION = 1;

export interface StateFile {
  /** What the file held; undefined when there was none. */
  state: State | undefined;
  /** Writes soon, if the state changed. */
  save(state: State): void;
  /** Writes now what is due. */
  flush(): void;
}

/**
 * Keeps the emulator's state over restarts. Written whole and then renamed, so that a killed process leaves
 * the file as it was.
 * @throws Error when the file is not one of ours
 */
export function openStateFile(path: string): StateFile {
  let written = readIfThere(path);
  const state = written === undefined ? undefined : parse(written, path);
  let due: State | undefined;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (due === undefined) return;
    const text = JSON.stringify({ version: VERSION, state: due });
    due = undefined;
    if (text === written) return;
    // It holds tokens and secrets, if only emulated ones.
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    written = text;
  };
  return {
    state,
    save: (changed) => {
      due = changed;
      timer ??= setTimeout(flush, REST_MS);
      timer.unref();
    },
    flush,
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string, path: string): State {
  try {
    const { version, state } = JSON.parse(text) as { version: unknown; state: State };
    if (version === VERSION && Array.isArray(state.accounts)) return state;
  } catch {
    // Told below, as for a file of another version.
  }
  throw new Error(`${path} is not a state file of this emulator; delete it to begin anew.`);
}
