import { insertInstallCode } from '../../src/server/accounts/install/rows.ts';
import { admin, adminJson, cellsOf } from '../support/admin.ts';
import {
  connectBot,
  readSettings,
  save,
  syncEnd,
  tokenOf,
  unchanged,
} from '../support/channels.ts';
import { DEMO, OTHER } from '../support/config.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';
import { saveAll } from '../support/telegram-stage.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  const { db } = server.context;
  for (const table of ['install_codes', 'accounts', 'messages'] as const) {
    await tablesOf(db).deleteFrom(table).execute();
  }
  server.emulator.reset();
  server.emulator.useBackend('https://connector.test', server.url);
  await server.install();
  await server.install('other');
});
afterAll(() => server.close());

const run = (...args: string[]) => admin(server, args);
const json = (...args: string[]) => adminJson(server, args);

/** What is stored of the demo account, to see whether it changed. */
async function stored() {
  const { db } = server.context;
  const [account] = await tablesOf(db)
    .selectFrom('accounts')
    .select(['install_state', 'epoch'])
    .where('id', '=', DEMO.id)
    .execute();
  const rows = await Promise.all(
    (['grants', 'channels', 'settings', 'syncs', 'sources'] as const).map((table) =>
      tablesOf(db)
        .selectFrom(table)
        .select('account_id')
        .where('account_id', '=', DEMO.id)
        .execute(),
    ),
  );
  return { ...account, rows: rows.map(({ length }) => length) };
}

describe('accounts', () => {
  test('are listed by id, with state, channels and sync', async () => {
    await connectBot(server, 1);
    await saveAll(server);
    const { exitCode, stdout } = await run('accounts');
    expect(exitCode).toBe(0);
    expect(cellsOf(stdout)).toEqual([
      ['Id', 'Host', 'State', 'Install', 'Channels', 'Sync', 'First installed'],
      [`${DEMO.id}`, 'demo.kommo.com', 'active', '1', '1', 'done', expect.stringMatching(/Z$/)],
      [`${OTHER.id}`, 'other.kommo.com', 'active', '1', '0', '-', expect.stringMatching(/Z$/)],
    ]);
    expect(await json('accounts')).toEqual({
      accounts: [
        {
          ...{ id: DEMO.id, host: 'demo.kommo.com', subdomain: 'demo', state: 'active' },
          ...{ install: 1, channels: 1, sync: 'done', first_installed_at: expect.any(String) },
        },
        expect.objectContaining({ id: OTHER.id, channels: 0, sync: null }),
      ],
      has_more: false,
    });
  });

  test('are told apart by state: one without a living grant waits for authorization', async () => {
    await tablesOf(server.context.db)
      .updateTable('grants')
      .set({ state: 'dead' })
      .where('account_id', '=', OTHER.id)
      .execute();
    const idsOf = async (state: string) =>
      (await json('accounts', '--state', state)).accounts.map(({ id }: { id: number }) => id);
    expect(await idsOf('active')).toEqual([DEMO.id]);
    expect(await idsOf('authorization_required')).toEqual([OTHER.id]);
    expect((await run('accounts', '--state', 'disabled')).stdout).toBe(
      'There are no such accounts.\n',
    );
  });

  test('beyond the limit are said to be there', async () => {
    const { stdout } = await run('accounts', '--limit', '1');
    expect(stdout).toContain('There are more');
    expect((await json('accounts', '--limit', '1')).has_more).toBe(true);
    expect((await json('accounts', '--limit', '2')).has_more).toBe(false);
  });

  test.each([
    ['--state', 'gone'],
    ['--limit', '0'],
    ['--limit', 'many'],
  ])('with a wrong %s %s end with 2', async (...option) => {
    expect((await run('accounts', ...option)).exitCode).toBe(2);
  });
});

describe('one account', () => {
  test.each([`${DEMO.id}`, 'demo', 'demo.kommo.com', 'DEMO'])('is found by %s', async (name) => {
    const channel = await connectBot(server, 1);
    await saveAll(server);
    expect(await json('accounts', 'show', name)).toMatchObject({
      ...{ id: DEMO.id, subdomain: 'demo', state: 'active', install: 1, ended_at: null },
      grant: { state: 'alive', failed_refreshes: 0, lacks_rights: false, install_ends_at: null },
      chat_channel_connected: true,
      settings: { status: 'active', version: 1, default_channel_id: channel.id },
      sync: { state: 'done', open: false, error_code: null, finished_at: expect.any(String) },
      channels: [
        {
          ...{ id: channel.id, service: 'telegram', status: 'connected', status_reason: null },
          ...{ is_default: true, is_saved: true, pending: 0, undelivered: 0 },
        },
      ],
    });
    const { stdout } = await run('accounts', 'show', name);
    expect(stdout).toMatch(/^Host +demo\.kommo\.com$/m);
    expect(stdout).toContain(channel.id);
  });

  test.each([
    ['show', '1'],
    ['show', 'nobody'],
    ['show', "' or true"],
    ['resync', 'nobody'],
    ['forget', 'nobody'],
  ])('that is not there: %s %s ends with 1', async (...args) => {
    const { exitCode, stderr } = await run('accounts', ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('There is no account');
  });

  test('of a subdomain that several have is to be named by its id', async () => {
    await tablesOf(server.context.db)
      .updateTable('accounts')
      .set({ host: 'demo.amocrm.com' })
      .where('id', '=', OTHER.id)
      .execute();
    const { exitCode, stderr } = await run('accounts', 'show', 'demo');
    expect(exitCode).toBe(2);
    for (const { id } of [DEMO, OTHER]) expect(stderr).toContain(`${id}`);
  });
});

describe('resync', () => {
  test('has a worker bring the sources back that are gone from Kommo', async () => {
    await connectBot(server, 1);
    await saveAll(server);
    const sources = () =>
      server.emulator.state.sources.filter(({ account_id: id }) => id === DEMO.id);
    for (const source of sources()) {
      server.emulator.state.sources.splice(server.emulator.state.sources.indexOf(source), 1);
    }
    expect(await json('accounts', 'resync', 'demo')).toEqual({
      account_id: DEMO.id,
      requested: true,
    });
    await server.waitFor(() => sources().length === 1);
    await syncEnd(server);
  });

  test('is refused where nothing was saved, and where the install has ended', async () => {
    const early = await run('accounts', 'resync', 'demo');
    expect([early.exitCode, early.stderr]).toEqual([
      1,
      expect.stringContaining('nothing was saved'),
    ]);
    await run('accounts', 'forget', 'demo', '--yes');
    const late = await run('accounts', 'resync', 'demo');
    expect([late.exitCode, late.stderr]).toEqual([1, expect.stringContaining('has ended')]);
  });
});

describe('forget', () => {
  test('without --yes changes nothing, and says what it would do', async () => {
    await connectBot(server, 1);
    await saveAll(server);
    const before = await stored();
    const { exitCode, stdout } = await run('accounts', 'forget', 'demo');
    expect(exitCode).toBe(2);
    expect(stdout).toContain('Nothing was changed');
    expect(stdout).toContain('1 channel signed out');
    expect(stdout).toContain('--yes');
    expect(await json('accounts', 'forget', 'demo')).toEqual({
      account_id: DEMO.id,
      forgotten: false,
      would_forget: { channels: 1, attempts: expect.any(Number), messages: 0, conversations: 0 },
    });
    expect(await stored()).toEqual(before);
  });

  test('with --yes does what an uninstall does, to this account alone', async () => {
    const token = tokenOf(server, 'other', OTHER.admin);
    const other = await connectBot(server, 2, token);
    await connectBot(server, 1);
    await saveAll(server);
    await save(server, unchanged(await readSettings(server, token)), undefined, token);
    expect(await json('accounts', 'forget', 'demo', '--yes')).toEqual({
      account_id: DEMO.id,
      forgotten: true,
      has_ended_already: false,
    });
    const ended = { install_state: 'disabled', epoch: 2, rows: [0, 0, 0, 0, 0] };
    await server.waitFor(async () => (await stored()).rows.every((count) => count === 0));
    expect(await stored()).toEqual(ended);
    const { channels } = await readSettings(server, token);
    expect(channels).toMatchObject([{ id: other.id, status: 'connected' }]);
    expect((await run('database', 'check')).exitCode).toBe(0);

    const again = await run('accounts', 'forget', 'demo', '--yes');
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining('ended already')]);
    expect((await stored()).epoch).toBe(2);

    await server.install();
    expect((await json('accounts', 'show', 'demo')).install).toBe(2);
  });
});

describe('codes', () => {
  test('that wait or have failed are listed by host, without the code', async () => {
    const { db, secrets } = server.context;
    expect((await run('codes')).stdout).toBe('No install code waits or has failed.\n');
    const match = { path: '/oauth2/access_token', host: 'demo.kommo.com' };
    server.emulator.fault({ match, times: 0, action: { status: 400 } });
    await insertInstallCode(db, secrets, { host: 'demo.kommo.com', code: 'canary-of-a-code' });
    const [code] = await server.waitFor(async () => {
      const { codes } = await json('codes');
      return codes[0]?.tries > 0 && codes;
    });
    expect(code).toEqual({
      ...{ host: 'demo.kommo.com', tries: expect.any(Number), consent_of_account: null },
      ...{ state: expect.any(String), failure: code.failure },
      ...{ received_at: expect.any(String), expires_at: expect.any(String) },
    });
    const { stdout } = await run('codes');
    expect(cellsOf(stdout)[1]?.[0]).toBe('demo.kommo.com');
    expect(stdout).not.toContain('canary');
    server.emulator.clearFaults();
  });
});
