import { sql } from 'kysely';
import { disableAccount } from '../../src/server/accounts/rows.ts';
import { claimUncleanAccounts, settleCleanUp } from '../../src/server/channels/clean-up/rows.ts';
import { useStoredAccounts } from '../support/stored-accounts.ts';

const ID = 31_263_018;
const OTHER_ID = 31_263_019;

const database = useStoredAccounts(ID, OTHER_ID);

function disable(id: number): Promise<void> {
  return database.db.transaction().execute((trx) => disableAccount(trx, id));
}

function settle(id: number): Promise<void> {
  return database.db.transaction().execute((trx) => settleCleanUp(trx, id));
}

async function insertChannel(epoch: number): Promise<void> {
  await sql`
    insert into channels (id, account_id, epoch, slot, connector, external_id, account_name, name, pipeline_ids, credentials, webhook_secret)
    values (gen_random_uuid(), ${ID}, ${epoch}, ${epoch}, 'telegram', ${String(epoch)}, 'Bot', 'Bot', '[]', 'x', 'x')`.execute(
    database.db,
  );
}

test('an account is to be cleaned up from the end of its epoch until nothing of it is left', async () => {
  expect(await claimUncleanAccounts(database.db, 10, 0)).toEqual([]);
  await insertChannel(1);
  await disable(ID);
  await insertChannel(2);
  const due = [{ accountId: ID, epoch: 1 }];
  expect(await claimUncleanAccounts(database.db, 10, 0)).toEqual(due);
  await settle(ID);
  expect(await claimUncleanAccounts(database.db, 10, 0)).toEqual(due);
  await database.db.deleteFrom('channels').where('epoch', '=', 1).execute();
  await settle(ID);
  expect(await claimUncleanAccounts(database.db, 10, 0)).toEqual([]);
});

test('accounts whose clean-up comes to nothing keep no others from theirs', async () => {
  await disable(ID);
  await disable(OTHER_ID);
  const first = await claimUncleanAccounts(database.db, 1, 60);
  const second = await claimUncleanAccounts(database.db, 1, 60);
  expect([...first, ...second].map(({ accountId }) => accountId).sort()).toEqual([ID, OTHER_ID]);
  expect(await claimUncleanAccounts(database.db, 1, 60)).toEqual([]);
});
