import type { DevelopmentState } from '../../contract/development.ts';

const RETRY_MS = 1_000;

interface Listener {
  /** The server says something new. */
  state(state: DevelopmentState): void;
  /** The server does not answer; it is asked again. */
  lost(): void;
}

/**
 * Asks the development server how things stand. It answers when there is something new: an ordinary request passes tunnels
 * and proxies that hold an event stream back.
 *
 * @returns what ends it
 */
export function followServer(origin: string, listener: Listener): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  void follow();
  return () => controller.abort();

  async function follow(): Promise<void> {
    let known = '';
    while (!signal.aborted) {
      const state = await ask(known);
      if (signal.aborted) return;
      if (!state) {
        // A server started anew does not know what the last one said.
        known = '';
        listener.lost();
        await pause();
      } else if (state.id !== known) {
        known = state.id;
        listener.state(state);
      }
    }
  }

  async function ask(known: string): Promise<DevelopmentState | undefined> {
    try {
      const address = `${origin}/development/state?after=${encodeURIComponent(known)}`;
      const answer = await fetch(address, { signal, cache: 'no-store' });
      const state: unknown = await answer.json();
      return isState(state) ? state : undefined;
    } catch {
      return undefined;
    }
  }
}

/** A tunnel without a server behind it answers with a page of its own. */
function isState(value: unknown): value is DevelopmentState {
  const state = value as Partial<DevelopmentState> | null;
  return typeof state?.revision === 'string' && Array.isArray(state.faults);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}
