import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { insertChannel } from '../../src/server/channels/rows.ts';
import { SYNC_SOURCES } from '../../src/server/queues.ts';
import { connectBot, readSettings, save, unchanged } from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { storeGrant } from '../support/grants.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

/** Far below the 15 and 75 seconds after which a request that hangs is given up. */
const SOON_MS = 12_000;
const PAST = new Date('2026-01-01T00:00:00Z');

let server: TestServer;
let otherToken: string;

beforeEach(async () => {
  server = await startTestServer();
  await server.install('demo');
  await server.install('other');
  otherToken = server.emulator.disposableToken('other', OTHER.admin);
});

afterEach(async () => {
  server.emulator.clearFaults();
  await server.close();
});

const WAHA = { path: '/__services/waha/*' };

test('a chat service that hangs does not keep channels of others from being looked at', async () => {
  const bot = await connectBot(server, 1, otherToken);
  for (let number = 0; number < 40; number += 1) await insertWhatsApp(`kommo-${number}`);
  server.emulator.fault({ match: WAHA, times: 0, action: 'hang' });
  const before = asksOf('*/getMe');
  // The one that waited longest is not the bot.
  await letChecksBeDue(bot.id, 'last');
  await server.waitFor(() => asksOf('*/getMe') > before, SOON_MS);
});

test('a channel that hangs does not keep others of its service from being looked at', async () => {
  const first = await insertWhatsApp('kommo-first');
  for (let number = 0; number < 29; number += 1) await insertWhatsApp(`kommo-${number}`);
  server.emulator.fault({
    match: { path: '/__services/waha/api/sessions/kommo-first' },
    times: 0,
    action: 'hang',
  });
  await letChecksBeDue(first, 'first');
  await server.waitFor(async () => {
    // The server does not know these sessions.
    const rows = await tablesOf(server.context.db)
      .selectFrom('channels')
      .select('id')
      .where('status', '=', 'action_needed')
      .execute();
    return rows.length === 29;
  }, SOON_MS);
});

test('a channel whose check fails for a reason of ours is logged once, and asked about at the next time', async () => {
  const bot = await connectBot(server, 1, otherToken);
  const id = await insertBroken();
  const before = asksOf('*/getMe');
  await letChecksBeDue(id, 'first');
  await server.waitFor(() => asksOf('*/getMe') > before);
  const failures = () => server.logs.filter((line) => line.includes(`"channelId":"${id}"`));
  await server.waitFor(() => failures().length > 0);
  // More rounds pass: the sound one is taken by each of them, the broken one is not due again.
  for (let round = 0; round < 2; round += 1) {
    const asked = asksOf('*/getMe');
    await letCheckBeDue(bot.id);
    await server.waitFor(() => asksOf('*/getMe') > asked);
  }
  expect(failures()).toHaveLength(1);
  expect(JSON.parse(failures()[0] ?? '')).toMatchObject({
    level: 'error',
    msg: 'a channel could not be checked',
  });
});

test('sessions to end at a service that hangs do not keep others alive', async () => {
  const bot = await connectBot(server, 1, otherToken);
  for (let number = 0; number < 48; number += 1) await insertWhatsApp(`kommo-${number}`);
  server.emulator.fault({ match: WAHA, times: 0, action: 'hang' });
  await server.emulator.disable('demo');
  await server.waitFor(async () => (await countSignOuts()) >= 48);
  await server.api('DELETE', `/messenger/channels/${bot.id}`, { token: otherToken });
  await server.waitFor(() => asksOf('*/deleteWebhook') === 1, SOON_MS);
});

test('a probe of a dead grant that hangs does not keep a lost refresh from being recovered', async () => {
  const { db } = server.context;
  server.emulator.fault({
    match: { path: '/oauth2/access_token', host: 'demo.kommo.com' },
    times: 0,
    action: 'hang',
  });
  await tablesOf(db)
    .updateTable('grants')
    .set({ state: 'dead', next_refresh_at: PAST })
    .where('account_id', '=', DEMO.id)
    .execute();
  await server.waitFor(async () => (await grantOf(DEMO.id)).lease_owner !== null);
  await tablesOf(db)
    .updateTable('grants')
    .set({ refresh_attempts: 1, lease_owner: 'killed', lease_until: PAST })
    .where('account_id', '=', OTHER.id)
    .execute();
  await server.waitFor(async () => (await grantOf(OTHER.id)).version === 2, SOON_MS);
});

test('a Kommo that hangs for one account does not keep the uninstall of another from being noticed', async () => {
  server.emulator.fault({
    match: { path: '/api/v4/account', host: 'demo.kommo.com' },
    times: 0,
    action: 'hang',
  });
  server.emulator.revoke('other');
  // The one that hangs is asked about first.
  for (const [index, id] of [DEMO.id, OTHER.id].entries()) {
    await tablesOf(server.context.db)
      .updateTable('accounts')
      .set({ recheck_at: new Date(PAST.getTime() + index) })
      .where('id', '=', id)
      .execute();
  }
  await server.waitFor(async () => {
    const account = await tablesOf(server.context.db)
      .selectFrom('accounts')
      .select('install_state')
      .where('id', '=', OTHER.id)
      .executeTakeFirstOrThrow();
    return account.install_state === 'disabled';
  }, SOON_MS);
});

test('accounts whose Kommo hangs do not keep the sync of another one waiting', async () => {
  await connectBot(server, 1);
  const input = unchanged(await readSettings(server));
  server.emulator.fault({ match: { host: 'a9*.kommo.com' }, times: 0, action: 'hang' });
  for (let id = 900; id < 924; id += 1) await askForSync(id);
  await save(server, input);
  await server.waitFor(async () => (await syncOf(DEMO.id))?.state === 'done', SOON_MS);
});

test('a worker stops promptly while everything it asks hangs', async () => {
  const first = await insertWhatsApp('kommo-first');
  for (let number = 0; number < 20; number += 1) await insertWhatsApp(`kommo-${number}`);
  server.emulator.fault({ match: {}, times: 0, action: 'hang' });
  await letChecksBeDue(first, 'first');
  await server.waitFor(() => server.emulator.requests(WAHA).length > 0);
  await askForSync(900);
  let isStopped = false;
  const stop = server.close().then(() => {
    isStopped = true;
  });
  await server.waitFor(() => isStopped, SOON_MS);
  await stop;
  server = await startTestServer();
});

function asksOf(path: string): number {
  return server.emulator.requests({ path }).length;
}

async function countSignOuts(): Promise<number> {
  const rows = await tablesOf(server.context.db)
    .selectFrom('session_endings')
    .select('id')
    .execute();
  return rows.length;
}

function grantOf(accountId: number) {
  return tablesOf(server.context.db)
    .selectFrom('grants')
    .select(['lease_owner', 'version'])
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
}

function syncOf(accountId: number) {
  return tablesOf(server.context.db)
    .selectFrom('syncs')
    .select('state')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
}

/** Makes every channel due, `id` before or after all others. */
async function letChecksBeDue(id: string, place: 'first' | 'last') {
  const minutes = place === 'first' ? 0 : 2;
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({
      checked_at: sql<Date>`${PAST}::timestamptz
        + make_interval(mins => case when id = ${id} then ${minutes}::int else 1 end)`,
    })
    .execute();
}

async function letCheckBeDue(id: string) {
  await tablesOf(server.context.db)
    .updateTable('channels')
    .set({ checked_at: PAST })
    .where('id', '=', id)
    .execute();
}

/** A channel of the demo account whose service was never asked. */
function insertWhatsApp(session: string) {
  return insert('waha', session, { session });
}

/** A channel with credentials its connector never stored. */
function insertBroken() {
  return insert('telegram', 'broken', { nothing: 'known' });
}

async function insert(connector: string, externalId: string, credentials: object) {
  const id = randomUUID();
  const channel = {
    id,
    accountId: DEMO.id,
    epoch: 1,
    connector,
    pipelineIds: [],
    account: { external_id: externalId, name: 'Sales', handle: null },
    phone: '',
    secrets: { credentials: { ...credentials }, webhookSecret: 'x'.repeat(43) },
    keyEnding: undefined,
    now: new Date(),
  };
  const { db, secrets } = server.context;
  await db.transaction().execute((trx) => insertChannel(trx, secrets, channel, 50));
  return id;
}

/** An account of its own that has saved settings and whose sync is due, with the job that does it. */
async function askForSync(accountId: number) {
  const { db, secrets, jobs } = server.context;
  await storeGrant(db, secrets, accountId);
  await db.transaction().execute(async (trx) => {
    await tablesOf(trx)
      .insertInto('settings')
      .values({
        account_id: accountId,
        epoch: 1,
        version: 1,
        status: 'active',
        default_channel_id: null,
        preferences: JSON.stringify({
          language: { mode: 'account', value: 'en' },
          country: { mode: 'account', value: 'US' },
        }),
      })
      .execute();
    await tablesOf(trx)
      .insertInto('syncs')
      .values({
        account_id: accountId,
        requested: 1,
        done: 0,
        state: 'queued',
        next_attempt_at: PAST,
        error_code: null,
        finished_at: null,
      })
      .execute();
    await jobs.request(trx, SYNC_SOURCES, { accountId });
  });
}
