import { AmojoBudget } from '../../src/server/kommo/rate/amojo-budget.ts';
import type { Db } from '../../src/server/platform/database/database.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { type Standstills, watchStandstills } from '../support/standstill.ts';
import { tablesOf } from '../support/tables.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database.close());

beforeEach(() => tablesOf(database.db).deleteFrom('rate_buckets').execute());

/** The database with a count of the statements asked of it. */
function counted(): { db: Db; statements: () => number } {
  let statements = 0;
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => {
      statements += 1;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  return { db, statements: () => statements };
}

/** Lets `count` callers go through each budget at once, and notes when each went. */
async function goThrough(budgets: AmojoBudget[], count: number): Promise<number[]> {
  const times: number[] = [];
  const calls = Array.from({ length: count }, async (_, index) => {
    await budgets[index % budgets.length]?.wait(undefined, `account ${index % 7}`);
    times.push(performance.now());
  });
  await Promise.all(calls);
  return times.sort((a, b) => a - b);
}

/** Most departures in any second in which this process, which is all replicas at once, ran. */
function mostInAnySecond(times: number[], standstills: Standstills): number {
  const until = (from: number) => from + 1_000 - standstills.between(from - 1_000, from + 1_000);
  return Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < until(from)).length),
  );
}

test.each([
  { perSecond: 20, requests: 80, writesPerRequest: 0.5 },
  { perSecond: 100, requests: 400, writesPerRequest: 0.1 },
])(
  'replicas together keep within $perSecond requests a second, and use them',
  async ({ perSecond, requests, writesPerRequest }) => {
    const { db, statements } = counted();
    const replicas = [new AmojoBudget(db, perSecond), new AmojoBudget(db, perSecond)];
    // Where the database's clock stands is known the better, the more often it was read.
    for (let index = 0; index < 6; index += 1) await replicas[index % 2]?.wait();
    const before = statements();
    const standstills = watchStandstills();
    const times = await goThrough(replicas, requests);
    standstills.stop();
    expect(times).toHaveLength(requests);
    // An instant may be met a tenth of a second late.
    expect(mostInAnySecond(times, standstills)).toBeLessThanOrEqual(perSecond * 1.1);
    const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(span).toBeGreaterThan(((requests - 1) / perSecond) * 1000 - 110);
    expect(statements() - before).toBeLessThan(requests * writesPerRequest);
  },
);

test('a lone request after silence goes at once, for one statement', async () => {
  const { db, statements } = counted();
  const budget = new AmojoBudget(db, 1);
  // A busy machine may meet an instant too late; then another one is asked for.
  await waitFor(async () => {
    await tablesOf(database.db).deleteFrom('rate_buckets').execute();
    await tablesOf(database.db)
      .insertInto('rate_buckets')
      .values({ bucket: 'amojo', next_at: new Date(Date.now() - 60_000) })
      .execute();
    const before = statements();
    const askedAt = performance.now();
    await budget.wait();
    // An instant of this budget lasts a second.
    return statements() - before === 1 && performance.now() - askedAt < 500;
  });
});

test('requests beyond the first are spaced, also when they come one by one', async () => {
  const budget = new AmojoBudget(database.db, 10);
  const times: number[] = [];
  for (let index = 0; index < 6; index += 1) {
    await budget.wait();
    times.push(performance.now());
  }
  // Each may be up to a tenth of a second late, the first one too.
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(5 * 100 - 110);
});

test('one account’s many requests leave room for another’s few', async () => {
  const budget = new AmojoBudget(database.db, 50);
  const order: string[] = [];
  const go = (who: string) => budget.wait(undefined, who).then(() => void order.push(who));
  await Promise.all([...Array.from({ length: 30 }, () => go('many')), go('few'), go('few')]);
  const few = order.flatMap((who, index) => (who === 'few' ? [index] : []));
  expect(few.at(-1)).toBeLessThan(6);
});

test('a 429 stops every replica for as long as Kommo asks', async () => {
  const [first, second] = [new AmojoBudget(database.db, 50), new AmojoBudget(database.db, 50)];
  await first.wait();
  const pausedAt = performance.now();
  await first.pause(1);
  const times = await goThrough([first, second], 4);
  expect(times[0]).toBeGreaterThan(pausedAt + 1_000);
});

test('a 429 also stops what has its instant already', async () => {
  const budget = new AmojoBudget(database.db, 20);
  let gone = 0;
  const calls = Array.from({ length: 10 }, async () => {
    await budget.wait();
    gone += 1;
  });
  await waitFor(() => gone > 0);
  const pausedAt = performance.now();
  await budget.pause(1);
  const goneBefore = gone;
  await Promise.race(calls.slice(goneBefore));
  expect(performance.now()).toBeGreaterThan(pausedAt + 1_000);
  await Promise.all(calls);
});

test('a longer stop refuses at once and says how long it is', async () => {
  const [first, second] = [new AmojoBudget(database.db, 50), new AmojoBudget(database.db, 50)];
  await first.pause(120);
  for (const budget of [first, second]) {
    const error = await budget.wait().catch((refused: unknown) => refused);
    expect(error).toMatchObject({ kind: 'rate_limited', api: 'amojo' });
    const { retryAfterSeconds } = error as { retryAfterSeconds: number };
    expect(retryAfterSeconds).toBeGreaterThan(100);
    expect(retryAfterSeconds).toBeLessThanOrEqual(126);
  }
});

test('a shorter stop does not end a longer one', async () => {
  const budget = new AmojoBudget(database.db, 50);
  await budget.pause(120);
  await budget.pause(1);
  await expect(budget.wait()).rejects.toMatchObject({ kind: 'rate_limited' });
});

test('a line that is too long is refused at its end', async () => {
  const budget = new AmojoBudget(database.db, 1);
  const abort = new AbortController();
  const calls = Array.from({ length: 40 }, () =>
    budget.wait(abort.signal).catch((error: unknown) => error),
  );
  await expect(budget.wait()).rejects.toMatchObject({ kind: 'rate_limited', api: 'amojo' });
  abort.abort(new Error('enough'));
  await Promise.all(calls);
});

test('who gives up waits no longer, and takes nobody’s turn', async () => {
  const budget = new AmojoBudget(database.db, 2);
  await budget.wait();
  const abort = new AbortController();
  const reason = new Error('changed my mind');
  const given = budget.wait(abort.signal);
  const others = budget.wait();
  abort.abort(reason);
  await expect(given).rejects.toBe(reason);
  await others;
  await expect(budget.wait(AbortSignal.abort(reason))).rejects.toBe(reason);
});

test('a database that fails is told to those who wait, and the next try works', async () => {
  let isBroken = true;
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => {
      if (isBroken) throw new Error('no database');
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  const budget = new AmojoBudget(db, 20);
  const calls = await Promise.allSettled([budget.wait(), budget.wait()]);
  expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  await budget.wait();
});
