import { sql } from 'kysely';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { openDatabase } from '../../src/server/platform/database/database.ts';
import { spawnAdmin } from '../support/admin.ts';
import { type BackendProcess, createStore, spawnBackend } from '../support/backend-process.ts';
import { DEMO, PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { testDatabaseKind } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

let emulator: Emulator;
let store: Awaited<ReturnType<typeof createStore>>;
const running: BackendProcess[] = [];

beforeAll(async () => {
  emulator = await createEmulator();
});
beforeEach(async () => {
  emulator.reset();
  store = await createStore();
});
afterEach(async () => {
  for (const backend of running.splice(0)) {
    backend.kill('SIGKILL');
    await backend.exited;
  }
  await store.remove();
});
afterAll(() => emulator.close());

const isEmbedded = testDatabaseKind() === 'embedded';

const environment = () => ({ ...testEnvironment(emulator.port), ...store.env });

const run = (...args: string[]) => spawnAdmin(args, environment());

async function startInstalled(): Promise<BackendProcess> {
  const backend = spawnBackend(environment());
  running.push(backend);
  emulator.useBackend(PUBLIC_URL, await backend.ready());
  expect(await emulator.install('demo')).toBe(200);
  await waitFor(() => emulator.state.grants.some(({ is_used: isUsed }) => isUsed));
  return backend;
}

async function stop(backend: BackendProcess): Promise<void> {
  backend.kill('SIGTERM');
  await backend.exited;
}

/** Changes the database as another version would have left it. */
async function change(statement: string): Promise<void> {
  const { DATABASE_URL: url, DATA_DIR: dataDir = '' } = store.env;
  const onError = () => undefined;
  const database = await openDatabase({ url, dataDir, maintainsQueue: false, onError });
  await sql.raw(statement).execute(database.db);
  await database.close();
}

test('a wrong environment ends with 78 and names its faults; a wrong order with 2', async () => {
  const faulty = await spawnAdmin(['accounts'], { ...environment(), KOMMO_CLIENT_ID: undefined });
  expect([faulty.exitCode, faulty.stdout]).toEqual([78, '']);
  expect(faulty.stderr).toContain('- KOMMO_CLIENT_ID ');
  const wrong = await run('acounts');
  expect([wrong.exitCode, wrong.stdout]).toEqual([2, '']);
});

test('it reads the database of a backend, and what it ends there the backend cleans up', async () => {
  const backend = await startInstalled();
  if (isEmbedded) await stop(backend);
  await waitFor(async () => JSON.parse((await run('accounts', '--json')).stdout).accounts.length);
  const forgotten = await run('accounts', 'forget', 'demo', '--yes');
  expect([forgotten.exitCode, forgotten.stderr]).toEqual([0, '']);
  const shown = await run('accounts', 'show', `${DEMO.id}`, '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({ state: 'disabled', install: 2, grant: null });
  if (isEmbedded) {
    const again = spawnBackend(environment());
    running.push(again);
    await again.ready();
  }
  await waitFor(
    () => emulator.requests({ path: '/v2/origin/custom/*', method: 'DELETE' }).length > 0,
  );
}, 60_000);

if (isEmbedded) {
  test('while a backend runs on the embedded database, it says who and what to do', async () => {
    const backend = await startInstalled();
    const { exitCode, stdout, stderr } = await run('accounts');
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`process ${backend.pid} `);
    expect(stderr).toContain('Stop the backend');
    await stop(backend);
    expect((await run('accounts')).exitCode).toBe(0);
  }, 60_000);

  test('where there is no embedded database, none is made', async () => {
    await store.remove();
    const { exitCode, stderr } = await run('accounts');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('There is no database')]);
  });
} else {
  test('a server that does not answer is said to, without a stack', async () => {
    const url = 'postgres://nobody:canary-password@127.0.0.1:1/none';
    const outcome = await spawnAdmin(['accounts'], { ...environment(), DATABASE_URL: url });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain('The database cannot be used');
    expect(outcome.stderr).not.toMatch(/canary|\bat .*\.ts:\d+/);
  });

  test('a database without tables stays without', async () => {
    await store.remove();
    store = await createStore({ isEmpty: true });
    for (const args of [['accounts'], ['database']]) {
      const { exitCode, stderr } = await run(...args);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining('no tables yet')]);
    }
  });
}

test.each([
  ['a newer', "insert into kysely_migration values ('999-future', '2030')", '999-future'],
  ['an older', "delete from kysely_migration where name > '012'", '014-pictures'],
  ['another queue’s', 'update pgboss.version set version = version + 1', 'queue'],
])('a database of %s version is left as it is', async (what, statement, named) => {
  await change(ACCOUNT);
  await change(statement);
  const args = what.includes('queue') ? ['accounts', 'resync', 'demo'] : ['accounts'];
  for (let times = 0; times < 2; times += 1) {
    const { exitCode, stdout, stderr } = await run(...args);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(named);
    expect(stderr).toContain('Nothing was changed');
  }
});

const ACCOUNT = `insert into accounts (id, host, subdomain, tld, name, language, country)
  values (1, 'demo.kommo.com', 'demo', 'kommo.com', '', 'en', 'US')`;
