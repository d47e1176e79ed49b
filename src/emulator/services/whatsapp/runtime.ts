import type { World } from '../../kommo/world.ts';
import { KeptUploads } from '../kept-uploads.ts';
import { type NetworkState, networkState } from './state.ts';

/** What lives with the process and not in the state: small uploads, and who looks at a chat. */
export class Runtime {
  readonly state: NetworkState;
  readonly uploads = new KeptUploads();
  readonly #watchers = new Set<() => void>();
  readonly #stop = new AbortController();

  constructor(state: NetworkState) {
    this.state = state;
  }

  /** Aborted when the emulator forgets this state. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Calls `watcher` at every change of the network. @returns how to stop that */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

const runtimes = new WeakMap<World, Runtime>();

/** The runtime of the present state; that of a forgotten state is stopped. */
export function networkRuntime(world: World): Runtime {
  const state = networkState(world);
  const known = runtimes.get(world);
  if (known?.state === state) return known;
  known?.stop();
  const runtime = new Runtime(state);
  runtimes.set(world, runtime);
  return runtime;
}
