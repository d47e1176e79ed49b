import { sql } from 'kysely';
import { forgetOldestKeys } from '../../src/server/access/rows.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { tablesOf } from '../support/tables.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database.close());

test('of more keys than an account may hold the oldest are forgotten, and nobody else loses one', async () => {
  const { db } = database;
  await sql`
    insert into idempotency_keys (account_id, key, request_hash, status, body, lease_until, expires_at)
    select account, 'key ' || n, 'hash', 200, 'sealed', now(), now() + make_interval(secs => n)
    from generate_series(1, 1100) as n, (values (1::bigint), (2)) as holder (account)`.execute(db);
  await forgetOldestKeys(db, 1);
  const rows = await tablesOf(db)
    .selectFrom('idempotency_keys')
    .select([
      'account_id',
      sql<number>`count(*)::int`.as('count'),
      sql<string>`min(expires_at)`.as('first'),
    ])
    .groupBy('account_id')
    .orderBy('account_id')
    .execute();
  expect(rows.map(({ count }) => count)).toEqual([1000, 1100]);
  expect(rows[0]?.first).not.toEqual(rows[1]?.first);
});
