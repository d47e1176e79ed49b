import { readdirSync } from 'node:fs';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { fromKysely, PgBoss } from 'pg-boss';
import { openDatabase } from '../../src/server/platform/database/database.ts';
import { createScratchDatabase } from '../support/database.ts';
import { startTestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

const FOLDER = '../../src/server/platform/database/migrations/';

const FORMER_QUEUE = 'sync-sources';

test('work that a version with lists of its own left is done by this one', async () => {
  const { url, drop } = await createScratchDatabase({ isEmpty: true });
  await leaveWork(url);

  const onError = () => undefined;
  const database = await openDatabase({ url, dataDir: '', maintainsQueue: true, onError });
  const server = await startTestServer({ database: { ...database, url } });
  await server.waitFor(async () => {
    const syncs = await tablesOf(database.db).selectFrom('syncs').select('error_code').execute();
    const left = [
      ...(await tablesOf(database.db).selectFrom('session_endings').select('id').execute()),
      ...(await tablesOf(database.db).selectFrom('channels').select('id').execute()),
    ];
    return left.length === 0 && syncs[0]?.error_code === 'kommo_reauthorize';
  });
  await server.waitFor(async () => {
    const queues = await database.boss.getQueues();
    return !queues.some(({ name }) => name === FORMER_QUEUE);
  });
  await server.close();
  await database.close();
  await server.emulator.close();
  await drop();
});

/** A sync, a session to end and the channel of an ended epoch, with no job left for any of them. */
async function leaveWork(url: string): Promise<void> {
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) }),
  });
  const provider = { getMigrations: migrationsBefore009 };
  expect((await new Migrator({ db, provider }).migrateToLatest()).error).toBeUndefined();
  await sql`insert into accounts (id, subdomain, tld, name, language, country, epoch, install_state)
    values (1, 'one', 'com', '', 'en', 'US', 1, 'authorization_required'),
      (2, 'two', 'com', '', 'en', 'US', 2, 'disabled')`.execute(db);
  await sql`insert into syncs (account_id, requested, done, state, next_attempt_at, lease_owner, lease_until)
    values (1, 2, 1, 'running', now(), 'killed', now())`.execute(db);
  await sql`insert into session_endings (id, account_id, connector, kind, webhook_id, secret, next_attempt_at, give_up_at)
    values (gen_random_uuid(), 1, 'gone', 'unlink', gen_random_uuid(), 'x', now(), now() + interval '1 hour')`.execute(
    db,
  );
  await sql`insert into channels (id, account_id, epoch, slot, connector, external_id, account_name, name,
      pipeline_ids, credentials, webhook_secret)
    values (gen_random_uuid(), 2, 1, 1, 'telegram', '1', 'Bot', 'Bot', '[]', 'x', 'x')`.execute(db);
  const boss = new PgBoss({ db: fromKysely(db), supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue(FORMER_QUEUE);
  await boss.stop({ graceful: false });
  await db.destroy();
}

async function migrationsBefore009(): Promise<Record<string, Migration>> {
  const names = readdirSync(new URL(FOLDER, import.meta.url)).filter((name) => name < '009');
  const entries = names.map(async (name): Promise<[string, Migration]> => {
    return [name.replace('.ts', ''), await import(`${FOLDER}${name}`)];
  });
  return Object.fromEntries(await Promise.all(entries));
}
