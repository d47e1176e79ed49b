import { isKommoError } from '../../src/server/kommo/errors.ts';
import { PACE } from '../../src/server/platform/pace.ts';
import { type KommoBench, openKommoBench } from '../support/kommo.ts';
import { PATIENCE } from '../support/patience.ts';
import { raceAccount, raceSeed } from '../support/race-accounts.ts';

const TENANTS = [0, 1, 2, 3].map(raceAccount);
const [first, second, third, fourth] = TENANTS.map(({ id }) => id) as [
  number,
  number,
  number,
  number,
];

let bench: KommoBench;

beforeAll(async () => {
  bench = await openKommoBench({ pace: PACE, seed: raceSeed(TENANTS.length) });
});

afterAll(() => bench.close());

beforeEach(async () => {
  await bench.reset();
  // What installing takes is sent past our own client.
  bench.emulator.setSwitches({ rateLimit: '0' });
  for (const { subdomain } of TENANTS) await bench.install(subdomain);
});

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

/** How a call ends, and after how many milliseconds. */
async function timed(call: Promise<unknown>): Promise<{ kind: string; ms: number }> {
  const begun = performance.now();
  const kind = await call.then(
    () => 'fine',
    (error: unknown) => {
      if (isKommoError(error)) return error.kind;
      throw error;
    },
  );
  return { kind, ms: performance.now() - begun };
}

test.each([
  ['a 429 that asks for five minutes', { rateLimited: 300 }, 'rate_limited'],
  ['the page of a ban', 'html403', 'blocked'],
] as const)('%s stops the accounts it was told, and no other', async (_name, action, kind) => {
  for (const { subdomain } of TENANTS.slice(0, 3)) {
    bench.emulator.fault({ match: { host: `${subdomain}.kommo.com` }, action });
  }
  for (const id of [first, second, third]) {
    expect((await timed(bench.kommo.account(id))).kind).toBe(kind);
    expect((await timed(bench.kommo.account(id))).kind).toBe('rate_limited');
  }
  const other = await timed(bench.kommo.account(fourth));
  expect(other.kind).toBe('fine');
});

test('an account that asks for much at once has its turn no more often than one that asks for little', async () => {
  const greedy = Array.from({ length: 150 }, () => timed(bench.kommo.account(first)));
  const modest: number[] = [];
  for (let calls = 0; calls < 4; calls += 1) {
    const { kind, ms } = await timed(bench.kommo.account(second));
    expect(kind).toBe('fine');
    modest.push(ms);
  }
  const ends = await Promise.all(greedy);
  const served = ends.filter(({ kind }) => kind === 'fine').map(({ ms }) => ms);
  expect(served.length).toBeGreaterThan(20);
  // Two turns each at the pace of the budget; by the clock it would depend on what else the machine does.
  const typical = median(served);
  expect(Math.max(...modest)).toBeLessThan(typical);
  // Beyond what can be sent in the time a person waits, it is told so at once.
  const refused = ends.filter(({ kind }) => kind === 'rate_limited');
  expect(refused.length).toBeGreaterThan(50);
  expect(Math.min(...refused.map(({ ms }) => ms))).toBeLessThan(typical);
});

test('jobs get their turn while people keep the budget busy', async () => {
  const until = performance.now() + 6_000 * PATIENCE;
  let isJobDone = false;
  const people = TENANTS.slice(0, 3).flatMap(({ id }) =>
    [1, 2].map(async () => {
      while (!isJobDone && performance.now() < until) await timed(bench.kommo.pipelines(id));
    }),
  );
  const job = await timed(bench.kommo.background().account(fourth));
  expect(job.kind).toBe('fine');
  expect(performance.now()).toBeLessThan(until);
  isJobDone = true;
  await Promise.all(people);
});

test('what the machine of all accounts tells one of them stops no other', async () => {
  bench.emulator.fault({
    match: { path: '/oauth2/account/current/subdomain' },
    action: { rateLimited: 300 },
  });
  expect((await timed(bench.kommo.currentHost(first))).kind).toBe('rate_limited');
  expect((await timed(bench.kommo.currentHost(second))).kind).toBe('fine');
  expect((await timed(bench.kommo.currentHost(first))).kind).toBe('rate_limited');
});
