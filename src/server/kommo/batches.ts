import { isKommoError } from './errors.ts';

/** Most entities one request may carry: the smallest of the limits Kommo's pages name. */
const BATCH_SIZE = 50;

/**
 * Sends `items` in batches, one after the other. A batch that takes Kommo too long (504) is sent again in
 * halves, as its documentation advises, after `remaining` has said what of it is still to be done.
 */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  send: (batch: Item[]) => Promise<Result[]>,
  remaining: (batch: Item[]) => Promise<{ left: Item[]; done: Result[] }>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = chunks(items, BATCH_SIZE);
  for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
    try {
      results.push(...(await send(batch)));
    } catch (error) {
      if (!isKommoError(error, 'unavailable') || error.status !== 504 || batch.length === 1) {
        throw error;
      }
      const { left, done } = await remaining(batch);
      results.push(...done);
      queue.unshift(...chunks(left, Math.ceil(batch.length / 2)));
    }
  }
  return results;
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const result: Item[][] = [];
  for (let from = 0; from < items.length; from += size) {
    result.push(items.slice(from, from + size));
  }
  return result;
}
