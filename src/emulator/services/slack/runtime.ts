import type { World } from '../../kommo/world.ts';
import { KeptUploads } from '../kept-uploads.ts';
import type { SlackWorkspaces } from './entities.ts';
import { slackState } from './state.ts';

/** What lives with the process and not in the state: waiting retries, held events, small uploads. */
export class Runtime {
  readonly state: SlackWorkspaces;
  /** Aborted when the emulator closes or forgets this state. */
  readonly life: AbortSignal;
  /** By the file's id. */
  readonly uploads = new KeptUploads();
  readonly #listeners = new Map<string, Set<() => void>>();
  /** Events that wait for more, to go out in another order. */
  readonly held: (() => Promise<void>)[] = [];
  /** The challenge that runs, by the address. */
  readonly challenges = new Map<string, Promise<boolean>>();
  /** How many messages went within the present second, by conversation. */
  readonly rates = new Map<string, { second: number; count: number }>();
  /** Echoes of the app's own messages that were taken lately, and when, on the process's own clock. */
  echoes: { key: string; ts: string; at: number }[] = [];
  /** Looks for retries that are due. */
  clockwork: NodeJS.Timeout | undefined;

  constructor(world: World, state: SlackWorkspaces) {
    this.state = state;
    this.life = world.life;
    this.life.addEventListener('abort', () => clearInterval(this.clockwork), { once: true });
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
