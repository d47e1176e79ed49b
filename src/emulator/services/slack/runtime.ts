import type { World } from '../../kommo/world.ts';
import { type SlackWorkspaces, slackState } from './state.ts';

/** Uploaded bytes that are kept for the app and the page, all together; the oldest go first. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** What lives with the process and not in the state: waiting retries, held events, small uploads. */
export class Runtime {
  readonly state: SlackWorkspaces;
  /** Aborted when the emulator closes or forgets this state. */
  readonly life: AbortSignal;
  readonly #uploads = new Map<string, Buffer>();
  #uploadedBytes = 0;
  readonly #listeners = new Map<string, Set<() => void>>();
  /** Events that wait for more, to go out in another order. */
  readonly held: (() => Promise<void>)[] = [];
  /** The challenge that runs, by the address. */
  readonly challenges = new Map<string, Promise<boolean>>();
  /** How many messages went within the present second, by conversation. */
  readonly rates = new Map<string, { second: number; count: number }>();
  /** When an echo of the app's own message was taken, on the process's own clock: by conversation and `ts`. */
  readonly echoes = new Map<string, number>();
  /** Looks for retries that are due. */
  clockwork: NodeJS.Timeout | undefined;

  constructor(world: World, state: SlackWorkspaces) {
    this.state = state;
    this.life = world.life;
    this.life.addEventListener('abort', () => clearInterval(this.clockwork), { once: true });
  }

  keepUpload(id: string, bytes: Buffer): void {
    this.#uploads.set(id, bytes);
    this.#uploadedBytes += bytes.length;
    for (const [oldest, kept] of this.#uploads) {
      if (this.#uploadedBytes <= KEPT_BYTES || oldest === id) break;
      this.#uploads.delete(oldest);
      this.#uploadedBytes -= kept.length;
    }
  }

  upload(id: string): Buffer | undefined {
    return this.#uploads.get(id);
  }

  /** Calls `listener` at every change of the conversation. @returns how to stop that */
  listen(conversation: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(conversation) ?? new Set();
    this.#listeners.set(conversation, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(conversation);
    };
  }

  tell(conversation: string): void {
    for (const listener of [...(this.#listeners.get(conversation) ?? [])]) listener();
  }
}

const runtimes = new WeakMap<SlackWorkspaces, Runtime>();

/** The runtime of the present state. */
export function runtimeOf(world: World): Runtime {
  const state = slackState(world);
  const known = runtimes.get(state);
  if (known !== undefined) return known;
  const runtime = new Runtime(world, state);
  runtimes.set(state, runtime);
  return runtime;
}
