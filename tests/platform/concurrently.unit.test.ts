import { concurrently } from '../../src/server/platform/concurrently.ts';

/** Work that is under way until it is told to end. */
function openWork() {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  return {
    begun,
    end: (item: number) => ends.get(item)?.(),
    work: (item: number) => {
      begun.push(item);
      return new Promise<void>((resolve) => ends.set(item, resolve));
    },
  };
}

/** Lets everything happen that needs no further cause. */
async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const onError = () => undefined;

test('no more than the limit are under way, and the next begins when any has ended', async () => {
  const { begun, end, work } = openWork();
  const all = concurrently([1, 2, 3, 4], { limit: 2, onError }, work);
  await settle();
  expect(begun).toEqual([1, 2]);
  end(2);
  await settle();
  expect(begun).toEqual([1, 2, 3]);
  end(3);
  await settle();
  expect(begun).toEqual([1, 2, 3, 4]);
  end(1);
  end(4);
  await all;
});

test('one that fails is reported and holds up no other', async () => {
  const failed: [unknown, number][] = [];
  const done: number[] = [];
  await concurrently(
    [1, 2, 3],
    { limit: 1, onError: (error, item) => failed.push([error, item]) },
    async (item) => {
      if (item === 1) throw new Error('poison');
      done.push(item);
    },
  );
  expect(done).toEqual([2, 3]);
  expect(failed).toEqual([[new Error('poison'), 1]]);
});

test('one that hangs gives its place away after a while and is not waited for', async () => {
  const failed: number[] = [];
  const { begun, work } = openWork();
  const limits = {
    limit: 1,
    patienceMs: 1,
    onError: (_: unknown, item: number) => failed.push(item),
  };
  await concurrently([1, 2, 3], limits, work);
  expect(begun).toEqual([1, 2, 3]);
  expect(failed).toEqual([]);
});

test('nothing more is begun once it is to stop', async () => {
  const stopping = new AbortController();
  const { begun, end, work } = openWork();
  const all = concurrently([1, 2, 3], { limit: 1, stopping: stopping.signal, onError }, work);
  await settle();
  stopping.abort();
  end(1);
  await all;
  expect(begun).toEqual([1]);
});

test('items are asked for one at a time, and a source that fails ends it', async () => {
  const done: number[] = [];
  async function* items() {
    yield 1;
    yield 2;
    throw new Error('no more');
  }
  const all = concurrently(items(), { limit: 2, onError }, async (item) => void done.push(item));
  await expect(all).rejects.toThrow('no more');
  expect(done).toEqual([1, 2]);
});
