import {
  forgetIdleBuckets,
  pauseBucket,
  reserveInstant,
} from '../../src/server/storage/rate-buckets.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database.close());

beforeEach(() => database.db.deleteFrom('rate_buckets').execute());

const SPACING = 160;
/** What a loaded machine may take between two statements. */
const SLACK = 2_000;

function reserve(buckets: string[], wish: { leadMs?: number; maxWaitMs?: number } = {}) {
  return reserveInstant(database.db, {
    buckets,
    spacingMs: SPACING,
    leadMs: 0,
    maxWaitMs: 60_000,
    ...wish,
  });
}

function pause(bucket: string, pauseMs: number) {
  return pauseBucket(database.db, { bucket, sharedBucket: 'egress', pauseMs });
}

test('many callers at once get instants that lie apart, each once', async () => {
  await database.db
    .insertInto('rate_buckets')
    .values({ bucket: 'egress', next_at: new Date(Date.now() + 60_000) })
    .execute();
  const all = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      reserve(['egress', `installation:${index % 3}`], { maxWaitMs: 120_000 }),
    ),
  );
  expect(new Set(all.map(({ outcome }) => outcome))).toEqual(new Set(['reserved']));
  const { next_at } = await database.db
    .selectFrom('rate_buckets')
    .select('next_at')
    .where('bucket', '=', 'egress')
    .executeTakeFirstOrThrow();
  const ahead = next_at.getTime() - Date.now();
  expect(ahead).toBeGreaterThan(60_000 + 60 * SPACING - SLACK);
  expect(ahead).toBeLessThanOrEqual(60_000 + 60 * SPACING + SLACK);
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
  const before = await database.db.selectFrom('rate_buckets').selectAll().execute();
  const { outcome, waitMs } = await reserve(['a'], { maxWaitMs: 1_000 });
  expect(outcome).toBe('behind');
  expect(waitMs).toBeGreaterThan(30_000 - SLACK);
  expect(await database.db.selectFrom('rate_buckets').selectAll().execute()).toEqual(before);
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

test('a second installation’s pause shows that the limit is the address’s', async () => {
  for (const name of ['a', 'b', 'c']) await reserve(['egress', `installation:${name}`]);
  await pause('installation:a', 60_000);
  await pause('installation:b', 60_000);
  expect((await reserve(['egress', 'installation:c'])).outcome).toBe('paused');
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
  await database.db
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
  const left = await database.db
    .selectFrom('rate_buckets')
    .select('bucket')
    .orderBy('bucket')
    .execute();
  expect(left.map(({ bucket }) => bucket)).toEqual(['new', 'stopped']);
});
