import { moveAccount, saveInstalledAccount } from '../../src/server/accounts/rows.ts';
import {
  findGrant,
  markGrantAlive,
  markGrantDead,
  saveGrant,
} from '../../src/server/kommo/grants/rows.ts';
import { lockAccount } from '../../src/server/platform/database/account-lock.ts';
import { openDatabase } from '../../src/server/platform/database/database.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { transaction } from '../../src/server/platform/database/transaction.ts';
import { createScratchDatabase, openTestDatabase } from '../support/database.ts';
import { REFRESHED, storeGrant, tokensOf } from '../support/grants.ts';
import { connectTo } from '../support/postgres-client.ts';
import { tablesOf } from '../support/tables.ts';

const secrets = new Secrets([{ id: 'test', key: Buffer.alloc(32, 1) }]);
const A = 31_263_018;
const B = 31_263_019;
const ROUNDS = 60;

describe('transactions that take the same rows', postgres);
test('a lock on the account keeps nobody from adding rows that refer to it', references);

function postgres() {
  test.each([
    ['a grant that dies, and one that comes back, while its account is installed anew', installs],
    ['two accounts that take each other’s host', swaps],
    ['two installs that take each other’s host', installSwaps],
  ])('never wait for each other in a circle: %s', async (_, work) => {
    const scratch = await createScratchDatabase();
    const database = await openDatabase({
      url: scratch.url,
      dataDir: '',
      maintainsQueue: false,
      onError: () => undefined,
    });
    await storeGrant(database.db, secrets, A);
    await storeGrant(database.db, secrets, B);
    await work(database.db);
    // What the server has counted is known once its sessions have ended.
    await database.close();
    const client = await connectTo(scratch.url);
    const { rows } = await client.query(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    await client.end();
    await scratch.drop();
    expect(rows).toEqual([{ deadlocks: 0 }]);
  });
}

type Db = Awaited<ReturnType<typeof openDatabase>>['db'];

function install(db: Db, id: number, subdomain: string): Promise<void> {
  return transaction(db, async (trx) => {
    const host = `${subdomain}.kommo.com`;
    await lockAccount(trx, id, host);
    const epoch = await saveInstalledAccount(trx, { ...place(subdomain), id, ...PROFILE });
    await saveGrant(trx, secrets, {
      accountId: id,
      epoch,
      ...tokensOf('next'),
      refreshedAt: REFRESHED,
    });
  });
}

const PROFILE = { name: 'x', language: 'en', country: 'US', amojoId: null };

function place(subdomain: string) {
  return { host: `${subdomain}.kommo.com`, subdomain, tld: 'kommo.com' };
}

async function installs(db: Db): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const grant = await findGrant(db, secrets, A);
    if (grant === undefined) throw new Error('The grant is gone.');
    await Promise.all([
      install(db, A, `a${A}`),
      markGrantDead(db, grant, null),
      markGrantAlive(db, grant),
      install(db, A, `a${A}`),
    ]);
  }
}

async function swaps(db: Db): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const [one, other] = round % 2 === 0 ? [A, B] : [B, A];
    await Promise.all([
      moveAccount(db, A, place(`a${other}`)),
      moveAccount(db, B, place(`a${one}`)),
    ]);
  }
}

async function installSwaps(db: Db): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const [one, other] = round % 2 === 0 ? [A, B] : [B, A];
    await Promise.all([install(db, A, `a${other}`), install(db, B, `a${one}`)]);
  }
}

async function references() {
  const database = await openTestDatabase();
  await storeGrant(database.db, secrets, A);
  await transaction(database.db, async (trx) => {
    await lockAccount(trx, A);
    await tablesOf(database.db)
      .insertInto('syncs')
      .values({ account_id: A, requested: 1, done: 0, state: 'queued' })
      .execute();
  });
  await database.close();
}
