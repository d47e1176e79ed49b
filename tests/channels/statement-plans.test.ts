import { sql } from 'kysely';
import {
  lockAttemptsOfChannel,
  lockReplacedAttempts,
  wasAccountLeft,
} from '../../src/server/channels/attempts/rows.ts';
import { listChanges } from '../../src/server/channels/changes/rows.ts';
import * as health from '../../src/server/channels/health/rows.ts';
import { markAsked, markPaused, markResumed } from '../../src/server/channels/pausing/rows.ts';
import * as pictures from '../../src/server/channels/pictures/rows.ts';
import {
  deleteChannel,
  findChannel,
  isConnectedAnywhere,
  isConnectedElsewhere,
  listChannelsWithDefault,
} from '../../src/server/channels/rows.ts';
import * as watch from '../../src/server/channels/watch/rows.ts';
import { countDeadGrants } from '../../src/server/kommo/grants/rows.ts';
import { claimTest } from '../../src/server/messages/test-message/rows.ts';
import type { Db } from '../../src/server/platform/database/database.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { openPlannedDatabase, type PlannedDatabase } from '../support/statement-plans.ts';

const ACCOUNTS = 10_000;
const CHANNELS_EACH = 3;
const CHANGES_EACH = 5;
const ATTEMPTS_EACH = 5;

const TABLES = [
  ...['accounts', 'channels', 'channel_changes', 'pictures', 'attempts', 'watch_keys'],
  ...['settings', 'syncs', 'grants'],
];

const ACCOUNT = 17;
const INSTALL = { accountId: ACCOUNT, epoch: 1 };
const PERSON = { ...INSTALL, userId: 5, connector: 'telegram' };
const NOW = new Date();
const LONG_AGO = new Date(NOW.getTime() - 3_600_000);
// Of a hundred keys among ten thousand, PostgreSQL rather reads the few pages through, which is no worse.
const SOME_KEYS = Array.from({ length: 10 }, (_, index) => `key ${index + 1}`);
const MANY_INSTALLS = Array.from({ length: 100 }, (_, index) => ({
  accountId: index + 1,
  epoch: 1,
}));

const secrets = new Secrets([{ id: 'k', key: Buffer.alloc(32, 1) }]);

let planned: PlannedDatabase;
let channelId = '';

/** Ten thousand accounts that all have the settings open, and a past. */
beforeAll(async () => {
  planned = await openPlannedDatabase();
  for (const statement of [
    `insert into accounts (id, host, subdomain, tld, name, language, country, amojo_id, refreshed_at)
     select n, 's' || n || '.kommo.com', 's' || n, 'kommo.com', 'Company', 'en', 'US', n::text, now()
     from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into settings (account_id, epoch, version, status, preferences)
     select n, 1, 1, 'active', '{}' from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into grants (account_id, epoch, access_token, refresh_token, expires_at, scopes, version, state,
       refreshed_at)
     select n, 1, repeat('x', 900), repeat('x', 900), now(), '[]', 1,
       case when n % 100 = 0 then 'dead' else 'alive' end, now()
     from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into syncs (account_id, requested, done, state, finished_at)
     select n, 3, 3, 'done', now() from generate_series(1, ${ACCOUNTS}) as n`,
    `insert into channels (id, account_id, epoch, slot, connector, external_id, account_name, name,
       pipeline_ids, credentials, webhook_secret, is_saved, checked_at)
     select md5(slot || ' ' || n)::uuid, n, 1, slot, 'telegram', slot || ' ' || n, 'Bot', 'Bot', '[1]',
       repeat('x', 200), repeat('x', 100), true, now() - random() * interval '9 minutes'
     from generate_series(1, ${ACCOUNTS}) as n, generate_series(1, ${CHANNELS_EACH}) as slot`,
    `insert into channel_changes (channel_id, status)
     select id, 'error' from channels, generate_series(1, ${CHANGES_EACH})`,
    `insert into pictures (channel_id, image) select id, repeat('x', 500) from channels`,
    `insert into attempts (id, account_id, epoch, user_id, connector, auth, state, key_hash, opener_origin, account,
       expires_at, created_at)
     select gen_random_uuid(), 1 + n % ${ACCOUNTS}, 1, 5, 'telegram', 'api_key',
       case when n % 100 = 0 then 'waiting' else 'connected' end, md5(n::text), 'https://x.kommo.com', '{}',
       now() + interval '5 minutes', now() - random() * interval '23 hours'
     from generate_series(1, ${ACCOUNTS * ATTEMPTS_EACH}) as n`,
    `insert into watch_keys (key_hash, account_id, epoch, user_id, created_at, expires_at)
     select 'key ' || n, n, 1, 5, now(), now() + interval '1 hour' from generate_series(1, ${ACCOUNTS}) as n`,
    'analyze',
  ]) {
    await sql.raw(statement).execute(planned.db);
  }
  channelId = await channelOf(ACCOUNT);
}, 120_000);
afterAll(() => planned.close());

async function channelOf(accountId: number): Promise<string> {
  const row = await planned.db
    .selectFrom('channels')
    .select('id')
    .where('accountId', '=', accountId)
    .orderBy('slot')
    .limit(1)
    .executeTakeFirstOrThrow();
  return row.id;
}

const claim = { connector: 'telegram', now: NOW, limit: 20 };

test.each<[string, (db: Db) => Promise<unknown>]>([
  ['the channels of the settings', (db) => listChannelsWithDefault(db, ACCOUNT, 1)],
  ['one channel', (db) => findChannel(db, { id: channelId, ...INSTALL })],
  ['who else has an account', (db) => isConnectedElsewhere(db, ACCOUNT, 'telegram', '1 17')],
  ['whether anybody has an account', (db) => isConnectedAnywhere(db, 'telegram', '1 17')],
  [
    'a key to watch',
    async (db) => {
      const times = { createdAt: NOW, expiresAt: new Date(NOW.getTime() + 60_000) };
      await watch.insertWatchKey(db, { keyHash: 'new', ...INSTALL, userId: 5, ...times });
      await watch.findWatched(db, 'new', NOW);
    },
  ],
  ['the marks of some who watch', (db) => watch.readMarks(db, SOME_KEYS, NOW)],
  [
    'the end of an account’s keys',
    (db) => db.transaction().execute((trx) => watch.forgetWatchKeys(trx, ACCOUNT)),
  ],
  ['keys that have ended', (db) => watch.purgeWatchKeys(db)],
  [
    'wishes of a hundred accounts',
    (db) => health.makeOldChecksDue(db, MANY_INSTALLS, { before: LONG_AGO, now: NOW }),
  ],
  ['a wish for one', (db) => health.makeChecksDue(db, [channelId], NOW)],
  ['services that have checks asked for', (db) => health.listServicesAskedFor(db)],
  ['checks asked for', (db) => health.claimChecksAskedFor(db, { ...claim, before: LONG_AGO })],
  ['checks that are due', (db) => health.claimChannelsToCheck(db, { ...claim, before: LONG_AGO })],
  [
    'what the service says',
    (db) => {
      const found = { status: 'connected', statusReason: null, asOf: NOW } as const;
      return health.storeHealth(db, secrets, channelId, found);
    },
  ],
  ['the history', (db) => listChanges(db, channelId)],
  [
    'a pause and its end',
    async (db) => {
      await markPaused(db, channelId);
      await db.transaction().execute((trx) => markResumed(trx, channelId, NOW));
      await markAsked(db, channelId, NOW);
    },
  ],
  ['the right to test', (db) => claimTest(db, channelId, { now: NOW, everySeconds: 30 })],
  [
    'a picture',
    async (db) => {
      const found = await pictures.findPicturedChannel(db, secrets, channelId);
      if (!found) throw new Error('The channel is gone.');
      const kept = { image: Buffer.from('x'), mark: 'x' };
      await pictures.keepPicture(db, secrets, found, kept, NOW);
      await pictures.keepPicture(db, secrets, found, undefined, NOW);
      await pictures.putOffPicture(db, found, NOW);
    },
  ],
  ['how many grants are dead', (db) => countDeadGrants(db)],
  ['whether an account was left', (db) => wasAccountLeft(db, PERSON)],
  [
    'attempts that a new one replaces',
    (db) =>
      db
        .transaction()
        .execute((trx) => lockReplacedAttempts(trx, secrets, { ...PERSON, channelId })),
  ],
  [
    'attempts of a channel',
    (db) => db.transaction().execute((trx) => lockAttemptsOfChannel(trx, secrets, channelId)),
  ],
  [
    'the removal of a channel',
    async (db) => {
      const id = await channelOf(ACCOUNT + 1);
      await db.transaction().execute((trx) => deleteChannel(trx, id));
    },
  ],
])('%s: nothing reads through ten thousand accounts', async (_what, work) => {
  expect(await planned.tablesReadThrough(TABLES, work)).toEqual([]);
});

test('the note of a change, which the database makes by itself, reads only the channel’s own', async () => {
  const scans = await planned.db.transaction().execute(async (trx) => {
    for (const status of ['error', 'connected', 'paused'] as const) {
      await trx.updateTable('channels').set({ status }).where('id', '=', channelId).execute();
    }
    const { rows } = await sql<{ seqScan: string; idxScan: string }>`
      select seq_scan, idx_scan from pg_stat_xact_user_tables where relname = 'channel_changes'`.execute(
      trx,
    );
    return rows[0];
  });
  expect(Number(scans?.seqScan)).toBe(0);
  expect(Number(scans?.idxScan)).toBeGreaterThan(0);
});
