import { sql } from 'kysely';
import type { Channel } from '../../src/contract/api.ts';
import { purgeMessages } from '../../src/server/messages/retention/rows.ts';
import { botToken } from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { telegramClient } from '../support/telegram.ts';
import { allDone, type Conversation, conversationOf, saveBots, storedMessages } from './chats.ts';

const HOUR_MS = 3_600_000;
const KEPT = { retentionHours: 72, mapDays: 60, linkDays: 7 };

const seed = { switches: { mediaFetch: 'never' } };

/** As if so many hours had passed since everything was stored. */
function purgeAfter({ context }: TestServer, hours: number): Promise<void> {
  return purgeMessages(context.db, KEPT, new Date(Date.now() + hours * HOUR_MS));
}

const days = (count: number) => count * 24;

function storedChats({ context }: Pick<TestServer, 'context'>) {
  return tablesOf(context.db).selectFrom('conversations').selectAll().orderBy('id').execute();
}

describe('in time', () => {
  let server: TestServer;
  let channel: Channel;
  let lastClient = 4_000;

  beforeAll(async () => {
    server = await startTestServer({ seed });
    await server.install();
    channel = (await saveBots(server, [1]))[0] as Channel;
  });
  afterAll(() => server.close());
  afterEach(async () => {
    await allDone(server);
    const db = tablesOf(server.context.db);
    for (const table of ['messages', 'conversations', 'marks'] as const) {
      await db.deleteFrom(table).execute();
    }
  });

  function somebody(): Conversation & { id: number } {
    lastClient += 1;
    return { ...conversationOf(server, lastClient), id: lastClient };
  }

  const refuse = (client: { id: number }, refusal: object) =>
    telegramClient(server.emulator).post('refuse', {
      bot: botToken(1),
      chat_id: client.id,
      ...refusal,
    });

  test('first the words go, then what opens files, then the messages, and at last the chats', async () => {
    const client = somebody();
    await client.act('send', { kind: 'photo', caption: 'Look' });
    await client.chat();
    const { message_id: id } = await client.answer({
      text: 'Nice',
      file: { name: 'tree.jpg', text: 'bytes' },
    });
    await client.delivered(id);
    await allDone(server);
    const filled = async (column: 'content' | 'media') =>
      (await storedMessages(server)).map((row) => row[column] !== null);

    await purgeAfter(server, KEPT.retentionHours - 1);
    expect([await filled('content'), await filled('media')]).toEqual([
      [true, true],
      [true, true],
    ]);
    await purgeAfter(server, KEPT.retentionHours + 1);
    expect([await filled('content'), await filled('media')]).toEqual([
      [false, false],
      [true, true],
    ]);
    await purgeAfter(server, days(KEPT.linkDays) - 1);
    expect(await filled('media')).toEqual([true, true]);
    await purgeAfter(server, days(KEPT.linkDays) + 1);
    expect(await filled('media')).toEqual([false, false]);
    await purgeAfter(server, days(KEPT.mapDays) - 1);
    expect(await storedMessages(server)).toHaveLength(2);
    await purgeAfter(server, days(KEPT.mapDays) + 1);
    expect(await storedMessages(server)).toEqual([]);
    expect(await storedChats(server)).toHaveLength(1);
    await sql`update conversations set seen_on = current_date - 61`.execute(server.context.db);
    await purgeAfter(server, 0);
    expect(await storedChats(server)).toEqual([]);

    // The chat is the same one to Kommo when they write again.
    await client.write('Remember me?');
    await server.waitFor(() => client.fromClient().includes('Remember me?'));
    expect(
      server.emulator.state.chats.filter(({ user }) => user.name.endsWith(`${client.id}`)),
    ).toHaveLength(1);
  });

  test('files are let go also when nobody has looked for weeks', async () => {
    const client = somebody();
    await client.act('send', { kind: 'photo' });
    await client.chat();
    await allDone(server);
    await purgeAfter(server, days(30));
    expect(await storedMessages(server)).toMatchObject([{ content: null, media: null }]);
  });

  test('without the words, a quote still finds its message, and an edit changes it', async () => {
    const client = somebody();
    const first = await client.write('How much?');
    const chat = await client.chat();
    await allDone(server);
    await purgeAfter(server, KEPT.retentionHours + 1);
    const { message_id: id } = await client.answer({
      text: 'Ten',
      reply_to: chat.messages[0]?.id ?? '',
    });
    await client.delivered(id);
    expect((await client.seen())[0]).toMatchObject({ text: 'Ten', reply_to: first });
    await client.act('edit', { message_id: first, text: 'How many?' });
    await server.waitFor(() => client.fromClient()[0] === 'How many?');
  });

  test('what is on its way is never forgotten, nor its chat, and is once it has arrived', async () => {
    const [client, other] = [somebody(), somebody()];
    for (const one of [client, other]) {
      await one.write('Hola');
      await one.chat();
    }
    await allDone(server);
    await refuse(client, { error: 'too_many_requests', retry_after: 3_600, times: 0 });
    await client.answer('Patience');
    await server.waitFor(async () =>
      (await storedMessages(server)).some(
        ({ state, due_at: due }) => state === 'waiting' && due !== null && due > new Date(),
      ),
    );
    const { message_id: id } = await other.answer('Soon');
    await other.delivered(id);
    await server.waitFor(async () => {
      const open = (await storedMessages(server)).filter(({ due_at: due }) => due !== null);
      return open.length === 1;
    });
    await sql`update conversations set seen_on = current_date - 100`.execute(server.context.db);
    await purgeAfter(server, days(100));
    const [left, ...others] = await storedMessages(server);
    expect(others).toEqual([]);
    expect(left).toMatchObject({ state: 'waiting', content: expect.any(String) });
    expect(await storedChats(server)).toMatchObject([{ id: left?.conversation_id }]);

    await fetch(`${server.emulator.url}/__emulator/services/telegram/refuse`, { method: 'DELETE' });
    await tablesOf(server.context.db).updateTable('messages').set({ due_at: new Date() }).execute();
    server.context.wakeMessages();
    await server.waitFor(async () => (await client.toClient()).includes('Patience'));
    await allDone(server);
    await purgeAfter(server, days(50));
    expect(await storedMessages(server)).toMatchObject([{ content: null }]);
  });

  test('what failed stays for a fortnight, for another try', async () => {
    const client = somebody();
    await client.write('Hola');
    await client.chat();
    await refuse(client, { error: 'blocked' });
    const { message_id: id } = await client.answer('Refused');
    await client.delivered(id, -1);
    await allDone(server);
    await purgeAfter(server, days(13));
    const failed = async () =>
      (await storedMessages(server)).filter(({ direction }) => direction === 'out');
    expect(await failed()).toMatchObject([{ state: 'failed', content: expect.any(String) }]);
    await purgeAfter(server, days(15));
    expect(await failed()).toMatchObject([{ state: 'forgotten', content: null }]);
    const { body } = await server.api('GET', `/messenger/channels/${channel.id}/undelivered`);
    expect(body._embedded.undelivered).toEqual([]);
  });

  test('what failed and was delivered later is forgotten as well', async () => {
    const client = somebody();
    await client.write('Hola');
    await client.chat();
    await refuse(client, { error: 'blocked' });
    const { message_id: id } = await client.answer('At the second try');
    await client.delivered(id, -1);
    await allDone(server);
    await purgeAfter(server, days(10));
    await server.api('POST', `/messenger/channels/${channel.id}/undelivered/retry`, { body: {} });
    await client.delivered(id, 1);
    await allDone(server);
    await purgeAfter(server, days(15));
    const rows = await storedMessages(server);
    expect(rows.filter(({ content }) => content !== null)).toEqual([]);
  });
});

describe('at once', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ seed });
    await server.install();
    await server.install('other');
  });
  afterAll(() => server.close());

  async function talk(client: Conversation): Promise<void> {
    await client.write('Hola');
    await client.chat();
    const { message_id: id } = await client.answer('Good morning');
    await client.delivered(id);
  }

  /** How much of each channel is stored: messages and chats. */
  async function stored(...channels: (Channel | undefined)[]): Promise<number[][]> {
    const [messages, chats] = [await storedMessages(server), await storedChats(server)];
    return channels.map((channel) =>
      [messages, chats].map((rows) => rows.filter((row) => row.channel_id === channel?.id).length),
    );
  }

  test('a removed channel’s words and people are gone in seconds, and nobody else’s', async () => {
    const [first, second] = await saveBots(server, [1, 2]);
    const [third] = await saveBots(server, [11], 'other');
    const places = [{ bot: 1 }, { bot: 2 }, { bot: 11, account: 'other' }] as const;
    for (const place of places) await talk(conversationOf(server, 555, place));
    await allDone(server);
    const all = [first, second, third];
    expect(await stored(...all)).toEqual(Array(3).fill([2, 1]));
    await server.api('DELETE', `/messenger/channels/${first?.id}`);
    await server.waitFor(async () => String((await stored(first))[0]) === '0,0', 5_000);
    expect(await stored(second, third)).toEqual([
      [2, 1],
      [2, 1],
    ]);
    await talk(conversationOf(server, 600, { bot: 2 }));
  });

  test('an uninstall forgets all of the account, and a new install in that time keeps what is new', async () => {
    const [first] = await saveBots(server, [3]);
    const [other] = await saveBots(server, [12], 'other');
    const ana = conversationOf(server, 555, { bot: 3 });
    await talk(ana);
    await talk(conversationOf(server, 555, { bot: 12, account: 'other' }));
    await allDone(server);
    expect(await server.emulator.disable(DEMO.subdomain)).toEqual([200]);
    await server.waitFor(async () => {
      const row = await tablesOf(server.context.db)
        .selectFrom('accounts')
        .select('install_state')
        .where('id', '=', DEMO.id)
        .executeTakeFirst();
      return row?.install_state === 'disabled';
    });
    await server.install();
    const [again] = await saveBots(server, [3]);
    await ana.write('New times');
    await server.waitFor(() => ana.fromClient().includes('New times'));
    await server.waitFor(async () => String((await stored(first))[0]) === '0,0', 5_000);
    expect(await stored(again, other)).toEqual([
      [1, 1],
      [2, 1],
    ]);
    const accounts = (await storedMessages(server)).map(({ account_id: id }) => id);
    expect(new Set(accounts)).toEqual(new Set([DEMO.id, OTHER.id]));
  });
});

describe('a rotation of SECRET_KEYS', () => {
  const OLD = `old:${Buffer.alloc(32, 1).toString('base64')}`;
  const NEW = `new:${Buffer.alloc(32, 2).toString('base64')}`;
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  test('lets what is on its way arrive, and the old key go when all of its words are gone', async () => {
    const first = await startTestServer({ database, seed, env: { SECRET_KEYS: OLD } });
    const { emulator } = first;
    const start = (SECRET_KEYS: string) =>
      startTestServer({ emulator, database, env: { SECRET_KEYS } });
    await first.install();
    await saveBots(first, [1]);
    const client = conversationOf(first, 555);
    await client.write('Hola');
    await client.chat();
    await allDone(first);
    const held = emulator.barrier({ path: '/__services/telegram/*/sendMessage' }, 1, 'manual');
    const holding = client.answer('On its way');
    await held.arrived;
    await client.answer('Behind it');
    await holding;
    held.release();
    await first.stop();

    await expect(start(NEW)).rejects.toThrow('the key old is missing');
    const second = await start(`${NEW},${OLD}`);
    await second.waitFor(async () => (await client.toClient()).includes('Behind it'));
    await allDone(second);
    await second.waitFor(async () =>
      (await storedChats(second)).every(({ person }) => person.startsWith('v1.new.')),
    );
    const keys = async () =>
      (await tablesOf(database.db).selectFrom('key_checks').select('key_id').execute()).length;
    expect(await keys()).toBe(2);
    await purgeAfter(second, days(15));
    // As if the day had passed that these are kept for.
    for (const table of ['idempotency_keys', 'attempts', 'install_codes'] as const) {
      await tablesOf(database.db).deleteFrom(table).execute();
    }
    await second.stop();
    const third = await start(`${NEW},${OLD}`);
    await third.waitFor(async () => (await keys()) === 1);
    await third.stop();
    const last = await start(NEW);
    await client.write('And on');
    await last.waitFor(() => client.fromClient().includes('And on'));
    await last.stop();
    await emulator.close();
  });
});
