import { sql } from 'kysely';
import { listChannels, listChannelsWithDefault } from '../../src/server/channels/rows.ts';
import { insertWatchKey, readMarks } from '../../src/server/channels/watch/rows.ts';
import * as chats from '../../src/server/messages/chats/rows.ts';
import * as known from '../../src/server/messages/known/rows.ts';
import * as lanes from '../../src/server/messages/lanes/rows.ts';
import { findLinkedFile } from '../../src/server/messages/media/rows.ts';
import { findHookTarget } from '../../src/server/messages/receive/hook-target/rows.ts';
import * as receive from '../../src/server/messages/receive/rows.ts';
import { readOldestWaiting } from '../../src/server/messages/rows.ts';
import { findTarget } from '../../src/server/messages/target/rows.ts';
import {
  beginTest,
  findLastChat,
  finishTest,
} from '../../src/server/messages/test-message/rows.ts';
import {
  forgetFailed,
  listUndelivered,
  retryFailed,
} from '../../src/server/messages/undelivered/rows.ts';
import type { Db } from '../../src/server/platform/database/database.ts';
import { rowIdOf } from '../../src/server/platform/database/row-id.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { openPlannedDatabase, type PlannedDatabase } from '../support/statement-plans.ts';

const CHANNELS = 10;
const MESSAGES = 100_000;

const ACCOUNT = 1;
const channelId = (number: number) => rowIdOf('channel', String(number));
const CHANNEL = channelId(3);
const CHAT = rowIdOf('chat', '3');
const LANE = `${CHAT}:in`;

const secrets = new Secrets([{ id: 'k', key: Buffer.alloc(32, 1) }]);

let planned: PlannedDatabase;
let db: Db;

beforeAll(async () => {
  planned = await openPlannedDatabase();
  db = planned.db;
  await fill();
}, 120_000);
afterAll(() => planned.close());

/** A month of ten busy channels: nearly all of it delivered, some of it failed, little of it on its way. */
async function fill(): Promise<void> {
  for (const statement of [
    `insert into accounts (id, host, subdomain, tld, name, language, country, amojo_id, refreshed_at)
     values (${ACCOUNT}, 'a.kommo.com', 'a', 'kommo.com', 'A', 'en', 'US', '1', now())`,
    `insert into scopes (account_id, epoch, scope_id, connected_at)
     values (${ACCOUNT}, 1, 'scope', now())`,
    ...Array.from(
      { length: CHANNELS },
      (_, number) => `insert into channels (id, account_id, epoch, slot, connector, external_id,
         account_name, name, pipeline_ids, credentials, webhook_secret, is_saved, checked_at)
       values ('${channelId(number)}', ${ACCOUNT}, 1, ${number + 1}, 'telegram', '${number}', 'Bot', 'Bot',
         '[1]', 'x', 'x', true, now())`,
    ),
    `insert into conversations (id, account_id, epoch, channel_id, person, person_mark, kommo_chat_id)
     select (md5(n::text))::uuid, ${ACCOUNT}, 1, c.id, 'x', 'm', 'chat ' || n
     from generate_series(1, 20000) as n
     join (select id, row_number() over (order by id) - 1 as turn from channels) as c on c.turn = n % ${CHANNELS}`,
    `insert into conversations (id, account_id, epoch, channel_id, person, person_mark, kommo_chat_id)
     values ('${CHAT}', ${ACCOUNT}, 1, '${CHANNEL}', 'x', 'm', 'our chat')`,
    // Ids of version 7 that grow with time, as the backend makes them.
    `insert into messages (id, account_id, channel_id, conversation_id, direction, event, kind, key,
       service_id, kommo_id, lane, state, reason, due_at, content, media, at, stored_at)
     select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || right(md5(n::text), 3)
         || '8' || right(md5('b' || n), 15))::uuid,
       ${ACCOUNT}, c.id, (md5((n % 20000 + 1)::text))::uuid,
       case when n % 2 = 0 then 'in' else 'out' end, 'message', 'text', 'key ' || n,
       case when n % 2 = 1 then 'service ' || n end, case when n % 2 = 0 then 'kommo ' || n end,
       md5((n % 20000 + 1)::text) || ':in', state,
       case when state = 'failed' then 'timed_out' end,
       case when state = 'waiting' then at end, repeat('x', 300), null, at, at
     from generate_series(1, ${MESSAGES}) as n
     join (select id, row_number() over (order by id) - 1 as turn from channels) as c on c.turn = n % ${CHANNELS}
     cross join lateral (select now() - (${MESSAGES} - n) * interval '26 seconds' as at,
       case when n % 200 = 0 then 'failed' when n > ${MESSAGES} - 300 then 'waiting' else 'delivered' end as state)
       as made`,
    `update messages set lane = '${LANE}', conversation_id = '${CHAT}'
     where channel_id = '${CHANNEL}' and due_at is not null`,
    'analyze',
  ]) {
    await sql.raw(statement).execute(db);
  }
}

const tablesReadThrough = (work: (db: Db) => Promise<unknown>) =>
  planned.tablesReadThrough(['messages', 'conversations'], work);

const NO_EXCEPTION = { lanes: [], channelIds: [] };
const BUSY = { lanes: [LANE], channelIds: [CHANNEL] };
const NAMELESS = { kommoChatId: undefined, kommoPersonId: undefined };

const SOME_ID = rowIdOf('some message');
const NOW = new Date();
const nobody = { chatId: '1', personId: '1', name: 'Ana' };

const WATCH_KEY = {
  keyHash: 'hash',
  accountId: ACCOUNT,
  epoch: 1,
  userId: 1,
  createdAt: NOW,
  expiresAt: new Date(NOW.getTime() + 60_000),
};

const STORED = {
  accountId: ACCOUNT,
  epoch: 1,
  channelId: CHANNEL,
  direction: 'in',
  event: 'message',
  kind: 'text',
  lane: LANE,
  content: {},
  atMs: NOW.getTime(),
} as const;

test.each<[string, (db: Db) => Promise<unknown>]>([
  ['the channels', (db) => listChannels(db, ACCOUNT, 1)],
  ['the channels of the settings', (db) => listChannelsWithDefault(db, ACCOUNT, 1)],
  [
    'the marks of who watches',
    async (db) => {
      await insertWatchKey(db, WATCH_KEY);
      await readMarks(db, [WATCH_KEY.keyHash], NOW);
    },
  ],
  ['what was not carried', (db) => listUndelivered(db, secrets, CHANNEL)],
  ['trying some again', (db) => retryFailed(db, CHANNEL, [SOME_ID])],
  ['trying all again', (db) => retryFailed(db, channelId(4), undefined)],
  ['forgetting what failed', (db) => forgetFailed(db, channelId(5))],
  ['lanes that are due', (db) => lanes.listDueLanes(db, 'in', NO_EXCEPTION, 40)],
  ['lanes that are due, some being busy', (db) => lanes.listDueLanes(db, 'out', BUSY, 40)],
  ['a lane', (db) => lanes.readLane(db, LANE, 20)],
  [
    'all around a message',
    (db) => {
      const of = { accountId: ACCOUNT, channelId: CHANNEL, conversationId: CHAT };
      return findTarget(db, secrets, of);
    },
  ],
  [
    'holding a lane',
    (db) => lanes.holdLane(db, { lane: LANE, seconds: 1, headId: SOME_ID, counts: true }),
  ],
  [
    'holding a lane for the end of a pause',
    (db) => {
      const hold = { lane: LANE, seconds: 1, headId: SOME_ID, counts: false };
      return lanes.holdLane(db, { ...hold, pausedId: CHANNEL });
    },
  ],
  ['making a lane wait with its head', (db) => lanes.alignLane(db, LANE, SOME_ID)],
  ['the claim to send', (db) => lanes.beginSending(db, SOME_ID)],
  ['the end of a part', (db) => lanes.finishPart(db, { id: SOME_ID, part: 1, serviceId: 's' })],
  [
    'the end of a message',
    async (db) => {
      const sent = {
        id: SOME_ID,
        part: 1,
        serviceId: 's',
        isOneOfSeveral: true,
        isDelivered: true,
      };
      await lanes.finishSent(db, sent);
      await lanes.finishReceived(db, SOME_ID, 'k');
      await lanes.finishReport(db, { id: SOME_ID, state: 'sent', rank: 1 });
      await lanes.reportLater(db, SOME_ID, 1);
      await lanes.failMessage(db, secrets, { id: SOME_ID, reason: 'refused', isReported: true });
      await lanes.dropMessage(db, SOME_ID);
    },
  ],
  ['a message by the service’s id', (db) => known.findByServiceId(db, CHANNEL, 'service 31')],
  ['a message by Kommo’s id', (db) => known.findByKommoId(db, CHANNEL, 'kommo 30')],
  ['what Kommo calls a chat', (db) => lanes.learnChat(db, { id: CHAT, ...NAMELESS })],
  ['what waits for a save', (db) => lanes.releaseHeld(db, ACCOUNT)],
  ['what waits for a sign-in or a pause', (db) => lanes.releaseChannel(db, CHANNEL)],
  [
    'storing a message',
    (db) => receive.storeMessage(db, secrets, { ...STORED, key: 'new', chat: undefined }),
  ],
  [
    'storing a message and its chat',
    (db) => {
      const chat = { id: CHAT, person: nobody, isGroup: false };
      return receive.storeMessage(db, secrets, { ...STORED, key: 'newer', chat });
    },
  ],
  [
    'a status',
    (db) => receive.raiseStatus(db, { channelId: CHANNEL, serviceId: 'service 31', state: 'read' }),
  ],
  [
    'where a hook belongs',
    (db) => {
      const hook = {
        scopeId: 'scope',
        kommoChatId: 'our chat',
        conversationId: 'telegram:1:2',
        sourceExternalId: 'x',
      };
      return findHookTarget(db, hook);
    },
  ],
  ['which chats some ids belong to', (db) => chats.findAliased(db, [CHAT, SOME_ID])],
  [
    'which chat a message is in',
    (db) => chats.findChatOfMessage(db, { channelId: CHANNEL, key: 'key 31' }),
  ],
  ['remembering aliases', (db) => chats.rememberAliases(db, CHAT, [SOME_ID])],
  [
    'two chats with the same message',
    (db) => chats.uniteTwins(db, { channelId: CHANNEL, key: 'key 30', conversationId: CHAT }),
  ],
  ['who somebody is', (db) => chats.learnPerson(db, secrets, { id: CHAT, person: nobody })],
  [
    'what of a client nobody has answered',
    (db) => chats.listUnanswered(db, { channelId: CHANNEL, conversationId: CHAT }),
  ],
  [
    'whether staff wrote what we sent',
    async (db) => {
      const [message] = await lanes.readLane(db, LANE, 1);
      if (message) await known.isEcho(db, message);
    },
  ],
  ['who wrote last, for a test', (db) => findLastChat(db, CHANNEL)],
  [
    'a test',
    async (db) => {
      const of = { accountId: ACCOUNT, channelId: CHANNEL, conversationId: CHAT, at: NOW };
      await finishTest(db, await beginTest(db, of), 'service of a test');
    },
  ],
  ['the oldest message that waits', (db) => readOldestWaiting(db)],
  ['a linked file', (db) => findLinkedFile(db, secrets, SOME_ID)],
])('%s: nothing reads 100,000 messages', async (_what, work) => {
  expect(await tablesReadThrough(work)).toEqual([]);
});

test('the watch itself sees a statement that reads them all', async () => {
  const all = (db: Db) => sql`select count(*) from messages where kind = 'x'`.execute(db);
  expect(await tablesReadThrough(all)).toEqual(['messages']);
});
