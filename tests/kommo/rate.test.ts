import { isKommoError } from '../../src/server/kommo/errors.ts';
import { PACE } from '../../src/server/platform/pace.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { testDatabaseKind } from '../support/database.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';
import type { KommoMethods } from '../support/kommo-methods.ts';
import { PATIENCE } from '../support/patience.ts';
import { type Standstills, watchStandstills } from '../support/standstill.ts';

let bench: KommoBench;

beforeAll(async () => {
  bench = await openKommoBench({ pace: PACE });
});

afterAll(() => bench.close());

beforeEach(async () => {
  await bench.reset();
  await bench.install('demo');
});

/** When requests that count arrived, by the emulator's clock, in milliseconds. */
function arrivals(): number[] {
  return bench.emulator
    .requests({ host: '*.kommo.com' })
    .flatMap((request) => (request.host.startsWith('amojo') ? [] : [request.elapsedMs]));
}

/**
 * Most arrivals in any second in which this process ran. It is sender and receiver at once: requests that
 * left one after the other are all seen at the same instant when it stood still in between.
 */
function mostInAnySecond(times: number[], standstills: Standstills): number {
  const until = (from: number) => from + 1_000 - standstills.between(from - 1_000, from + 1_000);
  return Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < until(from)).length),
  );
}

async function kindOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'fine';
  } catch (error) {
    if (isKommoError(error)) return error.kind;
    throw error;
  }
}

test('replicas with two accounts never send more than seven requests in a second', async () => {
  await bench.install('other');
  // What installing took was sent by the test, past our own client.
  const others = arrivals().length;
  // The embedded database serves one process only.
  const isShared = testDatabaseKind() === 'postgres';
  const replicas = isShared ? [bench.kommo, bench.replica().kommo] : [bench.kommo];
  // Checked here: the emulator's own count cannot know when this process stood still.
  bench.emulator.setSwitches({ rateLimit: '0' });
  const standstills = watchStandstills();
  // The first request of a replica opens its connection, and tells what the emulator's clock shows now.
  for (const replica of replicas) await replica.account(DEMO.id);
  const warmUp = arrivals().length - others;
  const clockStart = performance.now() - (arrivals().at(-1) ?? 0);
  const calls = Array.from({ length: 24 }, (_, index) => {
    const kommo = replicas[index % replicas.length] as KommoMethods;
    return kommo.account(index % 4 < 2 ? DEMO.id : OTHER.id);
  });
  await Promise.all(calls);
  standstills.stop();
  const times = arrivals()
    .slice(others)
    .map((at) => clockStart + at);
  expect(times).toHaveLength(warmUp + 24);
  expect(mostInAnySecond(times, standstills)).toBeLessThanOrEqual(7);
  // The budget is used, too: 24 requests need 4 s at the pace aimed at.
  const span = (times.at(-1) ?? 0) - (times[warmUp] ?? 0);
  expect(span).toBeLessThan(8_000 * PATIENCE);
});

test('a person’s request goes before those of jobs', async () => {
  const jobs = Array.from({ length: 20 }, () => bench.kommo.background().pipelines(DEMO.id));
  await jobs[0];
  const behind = bench.emulator.requests({ path: '/api/v4/leads/pipelines' }).length;
  await bench.kommo.account(DEMO.id);
  const passed = bench.emulator.requests({ path: '/api/v4/leads/pipelines' }).length - behind;
  expect(passed).toBeLessThanOrEqual(8);
  await Promise.all(jobs);
});

test('a short 429 is waited out, and nothing is sent until it is over', async () => {
  bench.emulator.fault({ match: { path: '/api/v4/account' }, action: { rateLimited: 2 } });
  const before = arrivals().length;
  const both = await Promise.all([
    kindOf(bench.kommo.account(DEMO.id)),
    kindOf(bench.replica().kommo.account(DEMO.id)),
  ]);
  expect(both).toEqual(['fine', 'fine']);
  const times = arrivals().slice(before);
  const [first = 0] = times;
  // One more may have been on its way.
  expect(times.filter((at) => at > first && at < first + 2_000).length).toBeLessThanOrEqual(1);
  expect(times.length).toBe(3);
});

test('a long 429 is passed on, and stops this account on every replica', async () => {
  await bench.install('other');
  bench.emulator.fault({ match: { path: '/api/v4/account' }, action: { rateLimited: 300 } });
  const error = await bench.kommo.account(DEMO.id).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ kind: 'rate_limited', retryAfterSeconds: 300 });
  const before = arrivals().length;
  expect(await kindOf(bench.replica().kommo.pipelines(DEMO.id))).toBe('rate_limited');
  expect(arrivals()).toHaveLength(before);
  expect(await kindOf(bench.kommo.pipelines(OTHER.id))).toBe('fine');
});

test('a ban of our address stops everything once two accounts have met it', async () => {
  await bench.install('other');
  bench.emulator.fault({ match: { path: '/api/v4/account' }, times: 0, action: 'html403' });
  expect(await kindOf(bench.kommo.account(DEMO.id))).toBe('blocked');
  expect(await kindOf(bench.kommo.account(OTHER.id))).toBe('blocked');
  bench.emulator.clearFaults();
  const before = arrivals().length;
  expect(await kindOf(bench.kommo.pipelines(DEMO.id))).toBe('rate_limited');
  expect(await kindOf(bench.kommo.pipelines(OTHER.id))).toBe('rate_limited');
  expect(arrivals()).toHaveLength(before);
});
