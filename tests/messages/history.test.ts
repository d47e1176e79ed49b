import { openDatabase } from '../../src/server/platform/database/database.ts';
import {
  createScratchDatabase,
  openTestDatabase,
  type TestDatabase,
  testDatabaseKind,
} from '../support/database.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { messageHook, postHook } from './chat-hooks.ts';
import { allDone, conversationOf, saveBots, storedMessages } from './chats.ts';

const HOUR_MS = 3_600_000;
const MARK = 'chat-hooks-could-come';

/** When hooks could be received last, as the database has it. */
async function markedAt({ db }: Pick<TestDatabase, 'db'>): Promise<Date | undefined> {
  const query = tablesOf(db).selectFrom('marks').select('at').where('name', '=', MARK);
  return (await query.executeTakeFirst())?.at;
}

/** Requests to read a chat's history. */
const looks = ({ emulator }: Pick<TestServer, 'emulator'>) =>
  emulator.requests({ host: 'amojo.*', method: 'GET', path: '*/history' });

/** Comparisons that were asked for, and what became of them. */
async function comparisons({ boss }: Pick<TestDatabase, 'boss'>) {
  return await boss.findJobs('compare-history');
}

describe('after a time without any process', () => {
  let server: TestServer;
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase();
    server = await startTestServer({ database, seed: { switches: { mediaFetch: 'never' } } });
    await server.install();
    await saveBots(server, [1, 2]);
  });
  afterAll(async () => {
    await server.close();
    await server.emulator.close();
    await database.close();
  });

  /** Ends the server as if that had been so long ago, lets things happen, and starts it again. */
  async function whileAway(hours: number, happens: () => Promise<void>): Promise<void> {
    await allDone(server);
    const { emulator } = server;
    await server.stop();
    await happens();
    const at = new Date(Date.now() - hours * HOUR_MS);
    await tablesOf(database.db).updateTable('marks').set({ at }).where('name', '=', MARK).execute();
    server = await startTestServer({ emulator, database });
  }

  /** Waits until so many comparisons were asked for, and are over. */
  const compared = (count: number) =>
    server.waitFor(async () => {
      const jobs = await comparisons(database);
      return jobs.length >= count && jobs.every(({ state }) => state === 'completed');
    });

  test('what managers wrote is found in the history, and delivered once and in order', async () => {
    const [ana, bea] = [conversationOf(server, 555), conversationOf(server, 556, { bot: 2 })];
    for (const client of [ana, bea]) {
      await client.write('Hola');
      await client.chat();
      const { message_id: id } = await client.answer('Before');
      await client.delivered(id);
    }
    const missed = Array.from({ length: 55 }, (_, index) => `Missed ${index + 1}`);
    await whileAway(1, async () => {
      for (const text of missed) expect((await ana.answer(text)).status).toBe(0);
      await bea.answer('Missed too');
      await bea.answer({ as: 'bot', text: 'By the bot' });
    });
    await server.waitFor(async () => (await ana.toClient()).length === 56);
    await server.waitFor(async () => (await bea.toClient()).length === 3);
    expect(await ana.toClient()).toEqual(['Before', ...missed]);
    expect(await bea.toClient()).toEqual(['Before', 'Missed too', 'By the bot']);
    await allDone(server);
    const chat = await ana.chat();
    const ofManager = chat.messages.filter(({ origin }) => origin === 'kommo');
    expect(ofManager.every(({ delivery }) => delivery?.status === 1)).toBe(true);

    // Again, over the same time: all of it is known.
    const looked = looks(server).length;
    await whileAway(1, async () => undefined);
    await compared(2);
    expect(looks(server).length).toBeGreaterThan(looked);
    const { message_id: last } = await ana.answer('After');
    await ana.delivered(last);
    expect(await ana.toClient()).toEqual(['Before', ...missed, 'After']);
    expect(await bea.toClient()).toHaveLength(3);
  });

  test('what clients wrote does not come back to them', async () => {
    const cleo = conversationOf(server, 557);
    await cleo.write('Hola');
    await cleo.chat();
    await whileAway(1, async () => {
      await cleo.act('send', { kind: 'text', text: 'While you were away' });
    });
    await server.waitFor(() => cleo.fromClient().includes('While you were away'));
    await allDone(server);
    expect(await cleo.toClient()).toEqual([]);
  });

  test('nothing older than a day is sent', async () => {
    const dan = conversationOf(server, 558);
    await dan.write('Hola');
    const chat = await dan.chat();
    await whileAway(72, async () => {
      for (const hours of [26, 25, 23, 1]) {
        await dan.answer(`${hours} hours ago`);
        const message = chat.messages.at(-1);
        if (!message) throw new Error('Kommo has no message.');
        message.msec_timestamp = Date.now() - hours * HOUR_MS;
        message.timestamp = Math.floor(message.msec_timestamp / 1000);
      }
    });
    await server.waitFor(async () => (await dan.toClient()).length > 1);
    await allDone(server);
    expect(await dan.toClient()).toEqual(['23 hours ago', '1 hours ago']);
  });

  test('a chat that Kommo will not show does not keep the others from theirs', async () => {
    const [eva, fay] = [conversationOf(server, 559), conversationOf(server, 560)];
    for (const client of [eva, fay]) {
      await client.write('Hola');
      await client.chat();
    }
    const path = `*/chats/${(await eva.chat()).id}/history`;
    server.emulator.fault({ match: { path }, action: { status: 404 }, times: 0 });
    await whileAway(1, async () => {
      await eva.answer('Lost');
      await fay.answer('Found');
    });
    await server.waitFor(async () => (await fay.toClient()).includes('Found'));
    server.emulator.clearFaults();
  });

  test('a restart at once compares nothing', async () => {
    await allDone(server);
    const { emulator } = server;
    await compared(1);
    const [asked, looked] = [(await comparisons(database)).length, looks(server).length];
    await server.stop();
    const stoppedAt = Date.now();
    await tablesOf(database.db)
      .updateTable('marks')
      .set({ at: new Date(stoppedAt - 2_000) })
      .where('name', '=', MARK)
      .execute();
    server = await startTestServer({ emulator, database });
    await server.waitFor(async () => ((await markedAt(database))?.getTime() ?? 0) >= stoppedAt);
    await server.stop();
    expect(await comparisons(database)).toHaveLength(asked);
    expect(looks(server)).toHaveLength(looked);
    server = await startTestServer({ emulator, database });
  });
});

// The embedded database lives in the process; only a server can be out of reach.
if (testDatabaseKind() === 'postgres') {
  describe('while the database cannot be reached', () => {
    let server: TestServer;
    let database: TestDatabase;
    let proxy: TcpProxy;
    let drop: () => Promise<void>;

    beforeAll(async () => {
      const scratch = await createScratchDatabase();
      drop = scratch.drop;
      const address = new URL(scratch.url);
      proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port || 5432) });
      address.hostname = '127.0.0.1';
      address.port = String(proxy.port);
      const onError = () => undefined;
      const opened = await openDatabase({
        url: address.href,
        dataDir: '',
        maintainsQueue: true,
        onError,
      });
      database = { ...opened, url: address.href };
      server = await startTestServer({ database, seed: { switches: { mediaFetch: 'never' } } });
      await server.install();
      await saveBots(server, [1]);
    });
    afterAll(async () => {
      await server.close();
      await server.emulator.close();
      await database.close();
      await proxy.close();
      await drop();
    });

    test('a hook is told so within ten seconds, and found in the history afterwards', async () => {
      const ana = conversationOf(server, 555);
      await ana.write('Hola');
      const chat = await ana.chat();
      const { message_id: first } = await ana.answer('Before');
      await ana.delivered(first);
      await allDone(server);
      await proxy.cut();
      const answer = await postHook(server, JSON.stringify(messageHook(server, chat)));
      expect(answer.status).toBe(503);
      expect(answer.tookMs).toBeLessThan(10_000);
      expect((await ana.answer('Refused')).status).toBe(503);
      expect((await ana.answer('Refused too')).status).toBe(503);
      // What a client writes is kept by Telegram meanwhile.
      await ana.act('send', { kind: 'text', text: 'Kept' });
      await proxy.restore();
      await server.waitFor(async () => (await ana.toClient()).length === 3, 30_000);
      expect(await ana.toClient()).toEqual(['Before', 'Refused', 'Refused too']);
      await server.waitFor(() => ana.fromClient().includes('Kept'), 30_000);
      await allDone(server);
      expect(await storedMessages(server)).toHaveLength(5);
    });

    test('a hook that is swallowed is told so in time, too', async () => {
      const bea = conversationOf(server, 556);
      await bea.write('Hola');
      const chat = await bea.chat();
      await allDone(server);
      proxy.swallow();
      const answer = await postHook(server, JSON.stringify(messageHook(server, chat)));
      expect(answer.status).toBe(503);
      expect(answer.tookMs).toBeLessThan(10_000);
      await proxy.restore();
      await server.waitFor(async () => (await bea.answer('And now?')).status === 200, 30_000);
      await server.waitFor(async () => (await bea.toClient()).includes('And now?'), 30_000);
    });
  });
}
