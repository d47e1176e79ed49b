import {
  forgetIdleBuckets,
  pauseBucket,
  reserveInstant,
} from '../../src/server/kommo/rate/rows.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { tablesOf } from '../support/tables.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database.close());

beforeEach(() => tablesOf(database.db).deleteFrom('rate_buckets').execute());

const SPACING = 160;
/** What a loaded machine may take between two statements. */
const SLACK = 2_000;

function reserve(
  buckets: string[],
  options: { single?: string; leadMs?: number; maxWaitMs?: number } = {},
) {
  return reserveInstant(database.db, {
    buckets,
    spacingMs: SPACING,
    leadMs: 0,
    maxWaitMs: 60_000,
    ...options,
  });
}

function pause(bucket: string, pauseMs: number) {
  return pauseBucket(database.db, { bucket, sharedBucket: 'egress', pauseMs });
}

test('many callers at once get instants that lie apart, each once', async () => {
  const next = new Date(Date.now() + 60_000);
  await tablesOf(database.db)
    .insertInto('rate_buckets')
    .values({ bucket: 'egress', next_at: next })
    .execute();
  const all = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      reserve(['egress', `installation:${index % 3}`], { maxWaitMs: 120_000 }),
    ),
  );
  expect(new Set(all.map(({ outcome }) => outcome))).toEqual(new Set(['reserved']));
  const { next_at } = await tablesOf(database.db)
    .selectFrom('rate_buckets')
    .select('next_at')
    .where('bucket', '=', 'egress')
    .executeTakeFirstOrThrow();
  expect(next_at.getTime() - next.getTime()).toBe(60 * SPACING);
});

test('an instant is free in every bucket asked for', async () => {
  await reserve(['a']);
  const { outcome, waitMs } = await reserve(['a', 'b'], { leadMs: 5_000 });
  expect(outcome).toBe('reserved');
  expect(waitMs).toBeCloseTo(5_000, -1);
  expect((await reserve(['b'])).waitMs).toBeGreaterThan(5_000 - SLACK);
  expect((await reserve(['c'])).waitMs).toBeLessThan(1);
});

test('nothing is reserved beyond what the caller would wait', async () => {
  await reserve(['a'], { leadMs: 30_000 });
  const before = await tablesOf(database.db).selectFrom('rate_buckets').selectAll().execute();
  const { outcome, waitMs } = await reserve(['a'], { maxWaitMs: 1_000 });
  expect(outcome).toBe('behind');
  expect(waitMs).toBeGreaterThan(30_000 - SLACK);
  expect(await tablesOf(database.db).selectFrom('rate_buckets').selectAll().execute()).toEqual(
    before,
  );
});

test('a pause stops one installation, and leaves the others their way out', async () => {
  await reserve(['egress', 'installation:a']);
  await reserve(['egress', 'installation:b']);
  await pause('installation:a', 60_000);
  const stopped = await reserve(['egress', 'installation:a']);
  expect(stopped.outcome).toBe('paused');
  expect(stopped.waitMs).toBeGreaterThan(60_000 - SLACK);
  expect((await reserve(['egress', 'installation:b'])).outcome).toBe('reserved');
});

/** Lets `count` installations send something, and the first `refused` of them be told to stop. */
async function refuse(refused: number, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `installation:${index}`);
  for (const name of names) await reserve(['egress', name]);
  for (const name of names.slice(0, refused)) await pause(name, 300_000);
}

const newcomer = () => reserve(['egress', 'installation:newcomer']);

test.each([2, 3, 4])(
  '%i installations told to stop stop nobody but themselves',
  async (refused) => {
    await refuse(refused, refused);
    expect((await newcomer()).outcome).toBe('reserved');
  },
);

test('a few refusals among many installations that work stop nobody else', async () => {
  await refuse(8, 20);
  expect((await newcomer()).outcome).toBe('reserved');
});

test('when several installations are refused, and most of them, all stop for seconds', async () => {
  await refuse(6, 10);
  const { outcome, waitMs } = await newcomer();
  expect(outcome).toBe('paused');
  expect(waitMs).toBeLessThanOrEqual(5_000);
});

test('refusals that lie far apart are not taken together', async () => {
  await refuse(4, 4);
  await tablesOf(database.db)
    .updateTable('rate_buckets')
    .set({ refused_at: new Date(Date.now() - 60_000) })
    .where('refused_at', 'is not', null)
    .execute();
  await reserve(['egress', 'installation:last']);
  await pause('installation:last', 300_000);
  expect((await newcomer()).outcome).toBe('reserved');
});

test('a refusal right after all were stopped stops them again, for longer', async () => {
  await refuse(6, 10);
  await pause('installation:7', 300_000);
  expect((await newcomer()).waitMs).toBeLessThanOrEqual(5_000);
  await endSharedStop(0);
  expect((await newcomer()).outcome).toBe('reserved');
  await pause('installation:8', 300_000);
  const again = await newcomer();
  expect(again.outcome).toBe('paused');
  expect(again.waitMs).toBeGreaterThan(5_000);
  expect(again.waitMs).toBeLessThanOrEqual(10_000);
});

test('once requests went well for a while after a stop, a single refusal is nobody else’s again', async () => {
  await refuse(6, 10);
  await endSharedStop(30_000);
  await tablesOf(database.db).updateTable('rate_buckets').set({ refused_at: null }).execute();
  await pause('installation:9', 300_000);
  expect((await newcomer()).outcome).toBe('reserved');
});

/** As if the stop of all had ended `agoMs` ago. */
async function endSharedStop(agoMs: number): Promise<void> {
  await tablesOf(database.db)
    .updateTable('rate_buckets')
    .set({ paused_until: new Date(Date.now() - agoMs - 1) })
    .where('bucket', '=', 'egress')
    .execute();
}

test('an installation has one instant ahead at a time, and others pass it by', async () => {
  await tablesOf(database.db)
    .insertInto('rate_buckets')
    .values({ bucket: 'egress', next_at: new Date(Date.now() + 10_000) })
    .execute();
  const of = (name: string) => reserve(['egress', name], { single: name });
  expect((await of('a')).outcome).toBe('reserved');
  const second = await of('a');
  expect(second.outcome).toBe('planned');
  expect(second.waitMs).toBeGreaterThan(10_000 - SLACK);
  expect(second.waitMs).toBeLessThanOrEqual(10_000 + SLACK);
  expect((await of('b')).outcome).toBe('reserved');
});

test('a shorter pause does not end a longer one', async () => {
  await reserve(['egress', 'installation:a']);
  await pause('installation:a', 60_000);
  await pause('installation:a', 1_000);
  expect((await reserve(['egress', 'installation:a'])).waitMs).toBeGreaterThan(60_000 - SLACK);
});

test('reserving and pausing at the same time do not wait for each other for ever', async () => {
  const work = Array.from({ length: 40 }, (_, index) =>
    index % 4 === 0
      ? pause(`installation:${index % 5}`, 1)
      : reserve(['egress', `installation:${index % 5}`]),
  );
  await expect(Promise.all(work)).resolves.toHaveLength(40);
});

test('buckets nobody used for a day are forgotten', async () => {
  const hour = 3_600_000;
  await tablesOf(database.db)
    .insertInto('rate_buckets')
    .values([
      { bucket: 'old', next_at: new Date(Date.now() - 25 * hour) },
      {
        bucket: 'stopped',
        next_at: new Date(Date.now() - 25 * hour),
        paused_until: new Date(Date.now() + hour),
      },
      { bucket: 'new', next_at: new Date(Date.now() - 23 * hour) },
    ])
    .execute();
  await forgetIdleBuckets(database.db);
  const left = await tablesOf(database.db)
    .selectFrom('rate_buckets')
    .select('bucket')
    .orderBy('bucket')
    .execute();
  expect(left.map(({ bucket }) => bucket)).toEqual(['new', 'stopped']);
});
