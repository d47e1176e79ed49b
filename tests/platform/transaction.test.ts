import { sql } from 'kysely';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { transaction } from '../../src/server/platform/database/transaction.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { storeGrant } from '../support/grants.ts';
import { tablesOf } from '../support/tables.ts';

const secrets = new Secrets([{ id: 'test', key: Buffer.alloc(32, 1) }]);
const A = 31_263_018;
const B = 31_263_019;

describe('a transaction that the database gave up for another one', postgres);

function postgres() {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await openTestDatabase();
    await storeGrant(database.db, secrets, A);
    await storeGrant(database.db, secrets, B);
  });

  afterEach(() => database.close());

  /** Adds one to both accounts' counters, each in the order given. */
  function count(order: readonly number[], between: () => Promise<void>): Promise<number> {
    let runs = 0;
    const done = transaction(database.db, async (trx) => {
      runs += 1;
      for (const id of order) {
        await tablesOf(trx)
          .updateTable('accounts')
          .set((set) => ({ rechecks: set('rechecks', '+', 1) }))
          .where('id', '=', id)
          .execute();
        if (runs === 1 && id === order[0]) await between();
      }
    });
    return done.then(() => runs);
  }

  async function counters(): Promise<number[]> {
    const rows = await tablesOf(database.db)
      .selectFrom('accounts')
      .select('rechecks')
      .orderBy('id')
      .execute();
    return rows.map(({ rechecks }) => rechecks);
  }

  test('in a deadlock runs again, and both are kept', async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const runs = await Promise.all([
      count([A, B], () => {
        first.resolve();
        return second.promise;
      }),
      count([B, A], () => {
        second.resolve();
        return first.promise;
      }),
    ]);
    expect(runs.sort()).toEqual([1, 2]);
    expect(await counters()).toEqual([2, 2]);
  });

  test('for the sake of serializability runs again on what is there now', async () => {
    let isFirst = true;
    const runs = await transactionBeside(async () => {
      if (!isFirst) return;
      isFirst = false;
      await count([A], async () => undefined);
    });
    expect(runs).toBe(2);
    expect(await counters()).toEqual([2, 0]);
  });

  /** Reads, lets `between` commit something else, and then writes the same row. */
  async function transactionBeside(between: () => Promise<void>): Promise<number> {
    let runs = 0;
    await transaction(database.db, async (trx) => {
      runs += 1;
      await sql`set transaction isolation level repeatable read`.execute(trx);
      await tablesOf(trx).selectFrom('accounts').select('rechecks').execute();
      await between();
      await tablesOf(trx)
        .updateTable('accounts')
        .set((set) => ({ rechecks: set('rechecks', '+', 1) }))
        .where('id', '=', A)
        .execute();
    });
    return runs;
  }

  test('is given up for good after three repeats, with the database’s own words', async () => {
    let runs = 0;
    const doomed = transaction(database.db, async (trx) => {
      runs += 1;
      await sql`do $$ begin raise exception sqlstate '40001'; end $$`.execute(trx);
    });
    await expect(doomed).rejects.toMatchObject({ code: '40001' });
    expect(runs).toBe(4);
  });

  test('for any other reason does not run again', async () => {
    let runs = 0;
    const doomed = transaction(database.db, async (trx) => {
      runs += 1;
      await sql`select 1 / 0`.execute(trx);
    });
    await expect(doomed).rejects.toMatchObject({ code: '22012' });
    expect(runs).toBe(1);
  });
}
