import { type ChatPerson, storeMessage } from '../../src/server/messages/receive/rows.ts';
import { rowIdOf } from '../../src/server/platform/database/row-id.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { tablesOf } from '../support/tables.ts';

const ACCOUNT = 1;
const CHANNEL = rowIdOf('channel');
const secrets = new Secrets([{ id: 'k', key: Buffer.alloc(32, 1) }]);

let database: TestDatabase;

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

let lastChat = 0;

function somebody(): { id: string; name: string } {
  lastChat += 1;
  return { id: rowIdOf('chat', String(lastChat)), name: `Client ${lastChat}` };
}

function store(
  chat: { id: string; name: string },
  key: string,
  more: { accountId?: number; isHearsay?: boolean } = {},
) {
  const { accountId = ACCOUNT, isHearsay = false } = more;
  const person: ChatPerson = { chatId: chat.id, personId: '1', name: chat.name };
  return storeMessage(database.db, secrets, {
    ...{ accountId, epoch: 1, channelId: CHANNEL, direction: 'in', event: 'message', kind: 'text' },
    chat: { id: chat.id, person, isGroup: false, isHearsay },
    key,
    lane: `${chat.id}:in`,
    content: {},
    atMs: Date.now(),
  });
}

async function nameOf({ id }: { id: string }): Promise<string> {
  const row = await database.db
    .selectFrom('conversations')
    .select('person')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return JSON.parse(secrets.unseal(row.person, `conversations:${id}:person`)).name;
}

async function keysOf({ id }: { id: string }): Promise<string[]> {
  const rows = await database.db
    .selectFrom('messages')
    .select('key')
    .where('lane', '=', `${id}:in`)
    .orderBy('id')
    .execute();
  return rows.map(({ key }) => key);
}

test('messages that come at the same time are all stored, each once and with its chat', async () => {
  const chats = Array.from({ length: 20 }, somebody);
  const wanted = chats.flatMap((chat) =>
    [1, 2, 3].map((nth) => ({ chat, key: `${chat.id} ${nth}` })),
  );
  const ids = await Promise.all(wanted.map(({ chat, key }) => store(chat, key)));
  expect(new Set(ids).size).toBe(wanted.length);
  for (const chat of chats) {
    expect(await keysOf(chat)).toEqual([1, 2, 3].map((nth) => `${chat.id} ${nth}`));
    expect(await nameOf(chat)).toBe(chat.name);
  }
});

test('of one message that comes twice at the same time, one is stored', async () => {
  const chat = somebody();
  const [, ...ids] = await Promise.all(['first', 'twin', 'twin'].map((key) => store(chat, key)));
  expect(ids.filter((id) => id !== undefined)).toHaveLength(1);
  expect(await keysOf(chat)).toEqual(['first', 'twin']);
});

test.each([
  ['before', [true, false]],
  ['after', [false, true]],
])('hearsay that comes %s what the client says never wins', async (_when, order) => {
  const chat = somebody();
  const said = { id: chat.id, name: 'Said' };
  const heard = { id: chat.id, name: 'Heard' };
  await Promise.all([
    store(somebody(), 'opens the line'),
    ...order.map((isHearsay, nth) => store(isHearsay ? heard : said, `h${nth}`, { isHearsay })),
  ]);
  expect(await nameOf(chat)).toBe('Said');
  await store(heard, 'later', { isHearsay: true });
  expect(await nameOf(chat)).toBe('Said');
  await store({ id: chat.id, name: 'Said anew' }, 'still later');
  expect(await nameOf(chat)).toBe('Said anew');
});

test('hearsay stands in until the client says something', async () => {
  const chat = somebody();
  await store({ id: chat.id, name: 'Heard' }, 'staff', { isHearsay: true });
  expect(await nameOf(chat)).toBe('Heard');
  await store({ id: chat.id, name: 'Said' }, 'client');
  expect(await nameOf(chat)).toBe('Said');
});

test('a message that cannot be stored takes none of the others with it', async () => {
  const [first, good, bad] = [somebody(), somebody(), somebody()];
  const results = await Promise.allSettled([
    store(first, 'first'),
    store(good, 'good'),
    store(bad, 'bad', { accountId: 999 }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect([await keysOf(good), await keysOf(bad)]).toEqual([['good'], []]);
});
