import { holdLease, LeaseLost } from '../../src/server/platform/lease.ts';

const kept = () => Promise.resolve(true);
const lost = () => Promise.resolve(false);
const TRUSTED_MS = 12_000;
/** As if the process had been stopped since it took the lease. */
const longAgo = () => ({ takenAt: performance.now() - TRUSTED_MS - 1 });

test('a lease that was just taken is trusted, and what is done under it is answered', async () => {
  const work = holdLease(60_000, kept, (lease) => {
    lease.assertFresh(TRUSTED_MS);
    return Promise.resolve('done');
  });
  expect(await work).toBe('done');
});

test('a lease nobody has renewed for too long is not trusted, until it is confirmed', async () => {
  await holdLease(
    60_000,
    kept,
    async (lease) => {
      expect(() => lease.assertFresh(TRUSTED_MS)).toThrow(LeaseLost);
      await lease.confirm();
      lease.assertFresh(TRUSTED_MS);
    },
    longAgo(),
  );
});

test('a lease may be confirmed in another way than it is renewed', async () => {
  await holdLease(
    60_000,
    lost,
    async (lease) => {
      await lease.confirm(kept);
      lease.assertFresh(TRUSTED_MS);
      await expect(lease.confirm()).rejects.toThrow(LeaseLost);
    },
    longAgo(),
  );
});

test('a lease that was lost once is never trusted again', async () => {
  await holdLease(60_000, kept, async (lease) => {
    await expect(lease.confirm(lost)).rejects.toThrow(LeaseLost);
    await expect(lease.confirm()).rejects.toThrow(LeaseLost);
    expect(() => lease.assertFresh(TRUSTED_MS)).toThrow(LeaseLost);
  });
});

test('a renewal that fails is reported, and is no loss by itself', async () => {
  const down = new Error('The database is down.');
  const { promise, resolve } = Promise.withResolvers<unknown>();
  await holdLease(
    1,
    () => Promise.reject(down),
    async (lease) => {
      expect(await promise).toBe(down);
      lease.assertFresh(TRUSTED_MS);
    },
    { onError: resolve },
  );
});
