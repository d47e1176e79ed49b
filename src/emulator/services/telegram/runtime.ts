import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { World } from '../../kommo/world.ts';
import { KeptUploads } from '../kept-uploads.ts';
import { type TelegramState, telegramState } from './state.ts';

/** What lives with the process and not in the state: connections, waiting calls, small uploads. */
export class Runtime {
  readonly state: TelegramState;
  readonly #stop = new AbortController();
  readonly agents = {
    http: new HttpAgent({ keepAlive: true, maxFreeSockets: 100 }),
    https: new HttpsAgent({ keepAlive: true, maxFreeSockets: 100 }),
  };
  readonly uploads = new KeptUploads();
  readonly #listeners = new Map<string, Set<() => void>>();
  /** How many messages went within the present second, by chat and by bot. */
  readonly rates = new Map<string, { second: number; count: number }>();
  /** When each bot last set its webhook, on the process's own clock. */
  readonly webhookSetAt = new Map<number, number>();

  constructor(state: TelegramState) {
    this.state = state;
  }

  /** Aborted when the emulator closes or forgets this state. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  stop(): void {
    this.#stop.abort();
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  /** Calls `listener` at every change of the chat. @returns how to stop that */
  listen(chat: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(chat) ?? new Set();
    this.#listeners.set(chat, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(chat);
    };
  }

  tell(chat: string): void {
    for (const listener of [...(this.#listeners.get(chat) ?? [])]) listener();
  }
}

const runtimes = new WeakMap<World, Runtime>();

/** The runtime of the present state; that of a forgotten state is stopped. */
export function runtimeOf(world: World): Runtime {
  const state = telegramState(world);
  const known = runtimes.get(world);
  if (known?.state === state) return known;
  known?.stop();
  const runtime = new Runtime(state);
  runtimes.set(world, runtime);
  return runtime;
}

/** Ends deliveries and waiting calls when the emulator closes. */
export function stopTelegram(world: World): void {
  runtimes.get(world)?.stop();
}
