import { withTimeout } from './with-timeout.ts';

interface Limits<Item> {
  /** Most items at the same time. */
  limit: number;
  /** An item that takes longer, in milliseconds, no longer counts for `limit` and goes on by itself. Absent: never. */
  patienceMs?: number;
  /** Once aborted, no further item is begun. */
  stopping?: AbortSignal;
  /** Told of what an item threw, so that it can be logged with the item's id. */
  onError: (error: unknown, item: Item) => void;
}

/**
 * Works on many items side by side, each for itself: one that fails is reported and the others go on, and
 * the next one begins as soon as any has ended, so that one that hangs holds back nobody.
 *
 * @throws what `items` throws when the next one is asked for
 */
export async function concurrently<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { limit, patienceMs, stopping, onError }: Limits<Item>,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = inOrder(items);
  const begin = async (item: Item) => {
    try {
      await work(item);
    } catch (error) {
      onError(error, item);
    }
  };
  const worker = async () => {
    while (!stopping?.aborted) {
      const next = await queue.next();
      if (next.done) return;
      const begun = begin(next.value);
      await (patienceMs === undefined ? begun : withTimeout(patienceMs, begun));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

/** Hands out one item after another to several callers. */
async function* inOrder<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item> {
  yield* items;
}
