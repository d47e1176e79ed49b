import { sql } from 'kysely';
import {
  findPicturedChannel,
  keepPicture,
  resealPictures,
} from '../../src/server/channels/pictures/rows.ts';
import { findChannelSecrets, resealChannels } from '../../src/server/channels/rows.ts';
import { resealGrants } from '../../src/server/kommo/grants/rows.ts';
import {
  checkSecretKeys,
  listOlderKeys,
  retireSecretKeys,
} from '../../src/server/platform/database/key-checks.ts';
import { newPass } from '../../src/server/platform/database/reseal.ts';
import { type SecretKey, Secrets } from '../../src/server/platform/database/secrets.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { storeGrant } from '../support/grants.ts';
import { tablesOf } from '../support/tables.ts';

const OLD_KEY: SecretKey = { id: 'old', key: Buffer.alloc(32, 1) };
const NEW_KEY: SecretKey = { id: 'new', key: Buffer.alloc(32, 2) };
const before = new Secrets([OLD_KEY]);
const rotated = new Secrets([NEW_KEY, OLD_KEY]);
const after = new Secrets([NEW_KEY]);
const ID = 31_263_018;
const CHANNELS = 5;

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database.close());

beforeEach(async () => {
  const { db } = database;
  await tablesOf(db).deleteFrom('accounts').execute();
  await tablesOf(db).deleteFrom('key_checks').execute();
  await checkSecretKeys(db, before, ['old']);
  await storeGrant(db, before, ID);
  for (let slot = 1; slot <= CHANNELS; slot += 1) {
    const id = idOf(slot);
    await tablesOf(db)
      .insertInto('channels')
      .values({
        id,
        account_id: ID,
        epoch: 1,
        slot,
        connector: 'telegram',
        external_id: String(slot),
        account_name: 'Bot',
        name: 'Bot',
        pipeline_ids: '[]',
        credentials: before.seal('{"token":"x"}', `channels:${id}:credentials`),
        webhook_secret: before.seal('secret', `channels:${id}:webhook_secret`),
      })
      .execute();
  }
});

function idOf(slot: number): string {
  return `00000000-0000-4000-8000-00000000000${slot}`;
}

test('channels that no key opens are passed over, named, and hold up no others', async () => {
  const { db } = database;
  await sql`update channels set credentials = 'v1.lost.AAAA.AAAA' where slot in (1, 3)`.execute(db);
  const pass = newPass();
  let total = 0;
  for (let done = -1; done !== 0; total += done) {
    done = await resealChannels(db, rotated, 2, pass);
  }
  expect(total).toBe(CHANNELS - 2);
  expect(pass.unopened).toEqual([idOf(1), idOf(3)]);
  for (const slot of [2, 4, 5]) {
    expect(await findChannelSecrets(db, after, idOf(slot))).toEqual({
      credentials: { token: 'x' },
      webhookSecret: 'secret',
    });
  }
});

test('a pass goes on behind the last row it did', async () => {
  const { db } = database;
  const pass = newPass();
  expect(await resealChannels(db, rotated, 2, pass)).toBe(2);
  expect(pass.after).toBe(idOf(2));
  await sql`update channels set credentials = 'v1.old.AAAA.AAAA' where slot = 1`.execute(db);
  expect(await resealChannels(db, rotated, 10, pass)).toBe(3);
  expect(pass.unopened).toEqual([]);
});

test('a picture is sealed again, and needs its older key until then', async () => {
  const { db } = database;
  const of = { id: idOf(1), externalId: '1' };
  const image = Buffer.from('a picture');
  await keepPicture(db, before, of, { image, mark: 'm' }, new Date());
  await checkSecretKeys(db, rotated, ['new', 'old']);
  await resealGrants(db, rotated, 10);
  await resealChannels(db, rotated, 10);
  expect(await retireSecretKeys(db, 'new')).toEqual([]);
  expect((await findPicturedChannel(db, after, of.id))?.image).toBeUndefined();
  expect(await resealPictures(db, rotated, 10)).toBe(1);
  expect((await findPicturedChannel(db, after, of.id))?.image).toEqual(image);
  expect(await retireSecretKeys(db, 'new')).toEqual(['old']);
});

test('an older key is told of while anything needs it, and no longer', async () => {
  const { db } = database;
  expect(await listOlderKeys(db, 'old')).toEqual([]);
  await checkSecretKeys(db, rotated, ['new', 'old']);
  expect(await listOlderKeys(db, 'new')).toEqual(['old']);
  expect(await retireSecretKeys(db, 'new')).toEqual([]);
  await resealGrants(db, rotated, 10);
  await resealChannels(db, rotated, CHANNELS - 1);
  expect(await retireSecretKeys(db, 'new')).toEqual([]);
  await resealChannels(db, rotated, 10);
  await sql`
    insert into idempotency_keys (account_id, key, request_hash, body, lease_until, expires_at)
    select ${ID}::bigint, 'key ' || n, '', case when n = 4500 then 'v1.old.x.x' else 'v1.new.x.x' end, now(), now()
    from generate_series(1, 5000) as n`.execute(db);
  expect(await retireSecretKeys(db, 'new')).toEqual([]);
  await tablesOf(db).deleteFrom('idempotency_keys').execute();
  expect(await retireSecretKeys(db, 'new')).toEqual(['old']);
  expect(await listOlderKeys(db, 'new')).toEqual([]);
});
