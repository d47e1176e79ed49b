import { jest } from '@jest/globals';
import { type Database, openDatabase } from '../../src/server/platform/database/database.ts';
import { connectBot, readSettings, save, unchanged } from '../support/channels.ts';
import { createScratchDatabase } from '../support/database.ts';
import {
  type RoundTrip,
  type RoundTripProxy,
  startRoundTripProxy,
} from '../support/round-trips.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';

jest.setTimeout(90_000);

const CHANNELS = 50;

describe('round trips to the database', roundTrips);

function roundTrips() {
  let scratch: Awaited<ReturnType<typeof createScratchDatabase>>;
  let proxy: RoundTripProxy;
  let direct: Database;
  let counted: Database;
  /** Does the jobs, on connections nobody counts. */
  let worker: TestServer;
  let web: TestServer;

  beforeAll(async () => {
    scratch = await createScratchDatabase();
    proxy = await startRoundTripProxy(scratch.url);
    const open = (url: string) =>
      openDatabase({ url, dataDir: '', maintainsQueue: false, onError: () => undefined });
    direct = await open(scratch.url);
    counted = await open(proxy.url);
    worker = await startTestServer({ database: { ...direct, url: scratch.url } });
    await worker.install();
    for (let number = 0; number < CHANNELS; number += 1) await connectBot(worker, number);
    web = await startTestServer({
      env: { ROLE: 'web' },
      emulator: worker.emulator,
      database: { ...counted, url: proxy.url },
    });
    await readSettings(web);
  });

  afterAll(async () => {
    await web.close();
    await worker.close();
    await counted.close();
    await direct.close();
    await proxy.close();
    await scratch.drop();
  });

  /** What one call costs, the start of a connection not counted. */
  async function tripsOf(call: () => Promise<unknown>) {
    proxy.clear();
    await call();
    return [...proxy.trips];
  }

  test('reading the channels costs two', async () => {
    const trips = await tripsOf(() => web.api('GET', '/messenger/channels'));
    expect(trips.length).toBeLessThanOrEqual(2);
  });

  test('reading the settings costs four and, while its lists are fresh, no call to Kommo', async () => {
    const calls = () => web.emulator.requests({ path: '/api/v4/*' }).length;
    const before = calls();
    const trips = await tripsOf(() => readSettings(web));
    expect(trips.length).toBeLessThanOrEqual(4);
    expect(calls()).toBe(before);
  });

  test('saving fifty channels costs twenty, and the account is locked for one of them', async () => {
    const input = unchanged(await readSettings(web));
    expect(input.channels).toHaveLength(CHANNELS);
    // Connects the chat channel, which happens once.
    expect((await save(web, input)).status).toBe(200);
    const trips = await tripsOf(async () => {
      expect((await save(web, { ...input, version: input.version + 1 })).status).toBe(200);
    });
    expect(trips.length).toBeLessThanOrEqual(20);
    const isLock = ({ statement }: RoundTrip) =>
      /from "?accounts"?[^)]*for no key update(?! skip locked)/s.test(statement);
    expect(trips.filter(isLock)).toHaveLength(1);
    const at = trips.findIndex(isLock);
    const { connection } = trips[at] ?? { connection: 0 };
    const after = trips.slice(at + 1).filter((trip) => trip.connection === connection);
    expect(after[0]?.statement).toBe('commit');
  });
}
