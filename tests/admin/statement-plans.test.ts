import { sql } from 'kysely';
import {
  countBelongings,
  findInstallMoments,
  listAccounts,
} from '../../src/server/admin/accounts/rows.ts';
import { listChannels } from '../../src/server/admin/channels/rows.ts';
import { listRemains } from '../../src/server/admin/database/rows.ts';
import { listUndelivered } from '../../src/server/admin/undelivered/rows.ts';
import type { Db } from '../../src/server/platform/database/database.ts';
import { openPlannedDatabase, type PlannedDatabase } from '../support/statement-plans.ts';

const ACCOUNTS = 10_000;
const MESSAGES = 50_000;
const ACCOUNT = 17;
const TABLES = ['accounts', 'grants', 'channels', 'attempts', 'messages', 'conversations', 'syncs'];

let planned: PlannedDatabase;

beforeAll(async () => {
  planned = await openPlannedDatabase();
  for (const statement of [
    `insert into accounts (id, host, subdomain, tld, name, language, country)
     select n, 's' || n || '.kommo.com', 's' || n, 'kommo.com', 'Company', 'en', 'US'
     from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into grants (account_id, epoch, access_token, refresh_token, expires_at, scopes, version, refreshed_at)
     select n, 1, repeat('x', 500), 'x', now(), '[]', 1, now() from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into syncs (account_id, requested, done, state)
     select n, 1, 1, 'done' from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into channels (id, account_id, epoch, slot, connector, external_id, account_name, name, pipeline_ids,
       credentials, webhook_secret)
     select md5(n::text)::uuid, n, 1, 1, 'telegram', n::text, 'Bot', 'Bot', '[]', repeat('x', 200), 'x'
     from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into attempts (id, account_id, epoch, user_id, connector, auth, state, key_hash, opener_origin, expires_at)
     select gen_random_uuid(), 1 + n % ${ACCOUNTS}, 1, 5, 'telegram', 'api_key', 'connected', '', '', now()
     from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into conversations (id, account_id, epoch, channel_id, person, person_mark)
     select gen_random_uuid(), n % 20 + 1, 1, md5((n % 20 + 1)::text)::uuid, 'x', ''
     from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into messages (id, account_id, channel_id, direction, event, kind, key, lane, state, reason, content, at)
     select gen_random_uuid(), n % 20 + 1, md5((n % 20 + 1)::text)::uuid, 'in', 'message', 'text', n::text, 'x',
       case when n % 100 = 0 then 'failed' else 'delivered' end, 'refused', repeat('x', 300), now()
     from generate_series(1, ${MESSAGES}) as n`,
    'analyze',
  ]) {
    await sql.raw(statement).execute(planned.db);
  }
}, 120_000);
afterAll(() => planned.close());

const NO_FILTER = { accountId: undefined, channelId: undefined, status: undefined };

test.each<[string, (db: Db) => Promise<unknown>]>([
  ['a list of accounts', (db) => listAccounts(db, { state: undefined, limit: 101 })],
  ['how an install stands', (db) => findInstallMoments(db, ACCOUNT)],
  ['what an account has', (db) => countBelongings(db, ACCOUNT)],
  ['a list of channels', (db) => listChannels(db, { ...NO_FILTER, limit: 101 })],
  [
    'the channels of an account',
    (db) => listChannels(db, { ...NO_FILTER, accountId: ACCOUNT, limit: 101 }),
  ],
  ['what is undelivered', (db) => listUndelivered(db, { ...NO_FILTER, limit: 101 })],
  [
    'what is undelivered of an account',
    (db) => listUndelivered(db, { ...NO_FILTER, accountId: ACCOUNT, limit: 101 }),
  ],
])('%s: no table is read from the first row to the last', async (_what, work) => {
  expect(await planned.tablesReadThrough(TABLES, work)).toEqual([]);
});

test.each(['messages', 'conversations'] as const)(
  'what is left in %s of channels that are gone is found without reading them',
  async (table) => {
    const work = (db: Db) => listRemains(db, table);
    expect(await planned.tablesReadThrough([table], work)).toEqual([]);
  },
);
