import type { Context } from '../../src/server/context.ts';
import { LaneRunner } from '../../src/server/messages/lanes/lane-runner.ts';
import { finishReceived, readLane } from '../../src/server/messages/lanes/rows.ts';
import { storeMessage } from '../../src/server/messages/receive/rows.ts';
import { rowIdOf } from '../../src/server/platform/database/row-id.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { LocalLocks } from '../../src/server/platform/database/session-locks.ts';
import { createLogger } from '../../src/server/platform/logger.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { tablesOf } from '../support/tables.ts';
import { waitFor } from '../support/wait-for.ts';

const ACCOUNT = 1;
/** The runner looks by itself once a second of this pace: never, as far as these tests are concerned. */
const NEVER = 3_600;
/** As many as are worked on at a time. */
const AT_ONCE = 40;

const secrets = new Secrets([{ id: 'k', key: Buffer.alloc(32, 1) }]);
let database: TestDatabase;
let runner: LaneRunner;
/** Lanes that were begun, in order. */
let begun: string[];
let ends: (() => void)[];

beforeAll(async () => {
  database = await openTestDatabase();
  await tablesOf(database.db)
    .insertInto('accounts')
    .values({
      ...{ id: ACCOUNT, host: 'a.kommo.com', subdomain: 'a', tld: 'kommo.com', name: 'A' },
      ...{ language: 'en', country: 'US', amojo_id: '1', refreshed_at: new Date() },
    })
    .execute();
});
afterAll(() => database.close());

beforeEach(() => {
  begun = [];
  ends = [];
  const { db } = database;
  const log = createLogger('silent');
  const context = { db, log, pace: { sweeps: NEVER } } as unknown as Context;
  runner = new LaneRunner(context, { direction: 'in', locks: new LocalLocks(), work });
});
afterEach(async () => {
  for (const end of ends) end();
  await runner.stop(1_000);
  await tablesOf(database.db).deleteFrom('messages').execute();
});

/** Carries what is in the lane, and then takes until it is told to end. */
async function work(lane: string): Promise<void> {
  begun.push(lane);
  const ended = new Promise<void>((resolve) => ends.push(resolve));
  for (const { id } of await readLane(database.db, lane, 20)) {
    await finishReceived(database.db, id, null);
  }
  await ended;
}

function store(lane: string, key: string, channel = 'channel') {
  return storeMessage(database.db, secrets, {
    ...{ accountId: ACCOUNT, epoch: 1, channelId: rowIdOf(channel), chat: undefined },
    ...{ direction: 'in', event: 'message', kind: 'text', content: {}, atMs: Date.now() },
    lane,
    key,
  });
}

/** The runner has looked at all that was stored so far. */
async function looked(): Promise<void> {
  await store('other', 'other', 'another channel');
  runner.wake();
  await waitFor(() => begun.includes('other'));
}

async function dueIn(lane: string): Promise<number> {
  return (await readLane(database.db, lane, 20)).length;
}

test('what comes while its lane is worked on is worked on as soon as the lane has ended', async () => {
  await store('a', 'a 1');
  runner.wake();
  await waitFor(async () => begun.length === 1 && (await dueIn('a')) === 0);
  await store('a', 'a 2');
  await looked();
  expect(begun).toEqual(['a', 'other']);
  for (const end of ends.toReversed()) end();
  await waitFor(() => begun.length === 3);
  expect(begun).toEqual(['a', 'other', 'a']);
});

test('a lane that had to wait for room begins as soon as there is some', async () => {
  for (let index = 0; index <= AT_ONCE; index += 1) await store(`room ${index}`, `room ${index}`);
  runner.wake();
  await waitFor(() => begun.length === AT_ONCE);
  for (const end of ends) end();
  await waitFor(() => begun.length === AT_ONCE + 1);
});
