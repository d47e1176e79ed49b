import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { builtInCrm, joined, type State } from './state.ts';

/** Delay before a write, so that a burst of requests makes one. */
const REST_MS = 100;
/** Raise it when older state files can no longer be read. */
const VERSION = 3;
/** The version before companies, customers, tasks and fields were part of the state. */
const BEFORE_LISTS = 2;

export interface StateFile {
  /** The file's content; undefined if there was no file. */
  state: State | undefined;
  /** Writes soon, if the state changed. */
  save(state: State): void;
  /** Writes at once what is due. */
  flush(): void;
}

/**
 * Keeps the emulator's state over restarts. Each write is a new file, then renamed: a killed process leaves
 * the old one intact.
 * @throws Error if the file is not a state file
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
    // It holds tokens and secrets, though only emulated ones.
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
    if (version === BEFORE_LISTS && Array.isArray(state.accounts)) return withLists(state);
  } catch {
    // Reported below, like a file of another version.
  }
  throw new Error(`${path} is not a state file of this emulator; delete it to start afresh.`);
}

/** Gives an older state what it lacks, from what is built in; its leads and contacts stay as they were. */
function withLists(old: State): State {
  const builtIn = joined(old.accounts.map(builtInCrm));
  const nobody = { created_by: 0, updated_by: 0, tags: [], custom_fields_values: [] };
  const { leads, contacts } = old;
  const links = { company_id: null, catalog_elements: [], loss_reason_id: null };
  const bare = { ...nobody, company_id: null };
  return {
    ...builtIn,
    ...old,
    leads: leads.map((lead) => ({ ...nobody, ...links, ...lead })),
    contacts: contacts.map((contact) => ({ ...bare, ...contact })),
  };
}
