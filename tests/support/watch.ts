import type { WatchEvent } from '../../src/contract/api.ts';
import type { Client } from './api.ts';
import { waitFor } from './wait-for.ts';

/** An event stream of a watch, read by a client. */
export interface WatchStream {
  status: number;
  headers: Headers;
  /** Every event so far. */
  events: WatchEvent[];
  hasEnded(): boolean;
  /** Waits for an event of which it is so, from the newest one on. */
  until(isReached: (event: WatchEvent) => boolean): Promise<WatchEvent>;
  leave(): void;
}

/** Asks for a key to watch an account with. @returns the key */
export async function watchKey(client: Pick<Client, 'api'>, token?: string): Promise<string> {
  const answer = await client.api('POST', '/messenger/watch', token === undefined ? {} : { token });
  if (answer.status !== 201) throw new Error(`No key: ${answer.status}`);
  return answer.body.watch_key;
}

/** Opens the events of a watch. */
export async function openWatch(url: string, key: string): Promise<WatchStream> {
  const leaving = new AbortController();
  const answer = await fetch(`${url}/watch/events`, {
    headers: { authorization: `Bearer ${key}` },
    signal: leaving.signal,
  });
  const events: WatchEvent[] = [];
  let hasEnded = false;
  void read(answer, events)
    .catch(() => undefined)
    .finally(() => {
      hasEnded = true;
    });
  return {
    status: answer.status,
    headers: answer.headers,
    events,
    hasEnded: () => hasEnded,
    until: (isReached) =>
      waitFor(
        () => {
          const newest = events.at(-1);
          return newest && isReached(newest) ? newest : undefined;
        },
        10_000,
        () => events.at(-1),
      ),
    leave: () => leaving.abort(),
  };
}

async function read(answer: Response, events: WatchEvent[]): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of answer.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith('data: ')) events.push(JSON.parse(block.slice('data: '.length)));
    }
  }
}
