import { randomUUID } from 'node:crypto';
import {
  connectBot,
  outdateLists,
  readSettings,
  save,
  syncEnd,
  unchanged,
} from '../support/channels.ts';
import { CLIENT_ID, DEMO } from '../support/config.ts';
import { beginConsent, decideConsent, openCallback } from '../support/consent.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

let server: TestServer;

const FORBIDDEN = {
  status: 403,
  body: { title: 'Forbidden', type: 'https://httpstatus.es/403', status: 403, detail: 'Forbidden' },
};

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  server.emulator.clearFaults();
  server.emulator.reset();
  server.emulator.useBackend('https://connector.test', server.url);
  const { db } = server.database;
  await tablesOf(db).deleteFrom('install_codes').execute();
  await tablesOf(db).deleteFrom('accounts').execute();
  await tablesOf(db).deleteFrom('rate_buckets').execute();
  await tablesOf(db).deleteFrom('user_rights').execute();
});

const tokenOf = (userId: number) => server.emulator.disposableToken('demo', userId);

/** The user who installed loses the administrator's rights, and somebody else has them. */
function demote(isAdmin = false): void {
  const demo = server.emulator.state.accounts.find(({ id }) => id === DEMO.id);
  for (const user of demo?.users ?? []) {
    if (user.id === DEMO.admin) user.rights.is_admin = isAdmin;
    if (user.id === DEMO.manager) user.rights.is_admin = true;
  }
}

const settingsOf = (userId: number) => readSettings(server, tokenOf(userId));

const begin = (userId: number) =>
  server.api('POST', '/messenger/channels', {
    token: tokenOf(userId),
    key: randomUUID(),
    body: { connector: 'telegram' },
  });

const grant = () =>
  tablesOf(server.database.db)
    .selectFrom('grants')
    .selectAll()
    .where('account_id', '=', DEMO.id)
    .executeTakeFirstOrThrow();

const codeStates = async () => {
  const rows = await tablesOf(server.database.db)
    .selectFrom('install_codes')
    .select(['state', 'failure'])
    .orderBy('received_at')
    .execute();
  return rows.map(({ state, failure }) => failure ?? state);
};

/** Kommo's consent page, opened by this very user. @returns the code it ends with */
async function ownConsent(userId: number): Promise<string> {
  const address = new URL('https://www.kommo.com/oauth');
  address.searchParams.set('client_id', CLIENT_ID);
  address.searchParams.set('state', 'anything');
  address.searchParams.set('mode', 'post_message');
  const redirect = await decideConsent(server, address, { who: `${DEMO.id}:${userId}` });
  return redirect.searchParams.get('code') ?? '';
}

/** Sends a code as if Kommo called at an install, and waits until it is worked off. */
async function callWith(code: string): Promise<string> {
  const query = new URLSearchParams({ code, referer: 'demo.kommo.com', from_widget: '1' });
  const answer = await server.api('GET', `/kommo/oauth/callback?${query}`, { token: null });
  expect(answer.status).toBe(200);
  return server.waitFor(async () => {
    const last = (await codeStates()).at(-1);
    return last === 'pending' || last === 'exchanging' || last === 'exchanged' ? undefined : last;
  });
}

/** Looks at dead grants that rest, now. */
async function probe(): Promise<void> {
  await tablesOf(server.database.db)
    .updateTable('grants')
    .set({ next_refresh_at: new Date(0) })
    .where('next_refresh_at', 'is not', null)
    .execute();
}

describe('a grant that works', () => {
  beforeEach(() => server.install());

  test('is not replaced by that of a user who is no administrator', async () => {
    const before = await grant();
    expect(await callWith(await ownConsent(DEMO.manager))).toBe('other_user');
    expect(await grant()).toEqual(before);
  });

  test('is not replaced by one that does not say whose it is, unless Kommo says it', async () => {
    server.emulator.setSwitches({ accessTokenSub: 'off' });
    expect(await callWith(await ownConsent(DEMO.manager))).toBe('other_user');
    expect((await grant()).version).toBe(1);
    expect(await callWith(await ownConsent(DEMO.admin))).toBe('done');
    expect((await grant()).version).toBe(2);
  });

  test('is replaced by that of another administrator', async () => {
    demote(true);
    expect(await callWith(await ownConsent(DEMO.manager))).toBe('done');
    expect((await grant()).version).toBe(2);
  });

  test('stays while Kommo cannot say whose the new one is, and is replaced when it can', async () => {
    demote(true);
    server.emulator.fault({
      match: { path: '/api/v4/users/*' },
      action: { status: 503 },
      times: 0,
    });
    const code = await ownConsent(DEMO.manager);
    const done = callWith(code);
    await server.waitFor(() => server.emulator.requests({ path: '/api/v4/users/*' }).length > 0);
    expect((await grant()).version).toBe(1);
    server.emulator.clearFaults();
    expect(await done).toBe('done');
  });
});

test('a first install may be anybody’s, and says so when it is not enough', async () => {
  await server.emulator.install('demo', DEMO.manager);
  await server.waitFor(async () => (await codeStates())[0] === 'done');
  const { install } = await settingsOf(DEMO.admin);
  expect(install).toMatchObject({
    state: 'authorization_required',
    reason: 'rights_missing',
    authorize_url: expect.stringContaining('/oauth?'),
  });
  const page = await openCallback(
    server,
    await decideConsent(server, await beginConsent(server, tokenOf(DEMO.admin))),
  );
  expect(page.body).toContain('Kommo is connected');
  expect((await settingsOf(DEMO.admin)).install).toEqual({ state: 'active' });
});

describe('when the user who gave access is an administrator no more', () => {
  beforeEach(() => server.install());

  test('another administrator is told why, authorizes, and everything works again', async () => {
    await connectBot(server, 1);
    await save(server, unchanged(await readSettings(server)));
    await syncEnd(server);
    demote();
    await outdateLists(server);
    const saved = await save(
      server,
      unchanged(await settingsOf(DEMO.manager)),
      randomUUID(),
      tokenOf(DEMO.manager),
    );
    expect(saved).toMatchObject({
      status: 403,
      body: {
        error: { code: 'kommo_reauthorize' },
        error_code: 1015,
        refresh_token_url: expect.stringContaining('/oauth?'),
      },
    });
    const { install } = await settingsOf(DEMO.manager);
    expect(install).toMatchObject({ state: 'authorization_required', reason: 'rights_missing' });
    const redirect = await decideConsent(server, new URL(install.authorize_url ?? ''), {
      who: `${DEMO.id}:${DEMO.manager}`,
    });
    expect((await openCallback(server, redirect)).status).toBe(200);
    const restored = await settingsOf(DEMO.manager);
    expect(restored.install).toEqual({ state: 'active' });
    expect(restored.pipelines).not.toEqual([]);
    const again = await save(server, unchanged(restored), randomUUID(), tokenOf(DEMO.manager));
    expect(again.status).toBe(200);
    expect(await syncEnd(server)).toMatchObject({ state: 'done' });
  });

  test('the sync says so, asks no more, and goes on when somebody else gave access', async () => {
    await connectBot(server, 2);
    const settings = await readSettings(server);
    demote();
    const before = server.emulator.requests({ path: '/api/v4/sources' }).length;
    server.emulator.fault({
      match: { path: '/api/v4/chats/templates*' },
      action: { status: 204 },
      times: 0,
    });
    const saved = await save(server, unchanged(settings), randomUUID(), tokenOf(DEMO.manager));
    expect(saved.status).toBe(200);
    expect(await syncEnd(server)).toEqual({ state: 'failed', error_code: 'kommo_forbidden' });
    const sync = await tablesOf(server.database.db)
      .selectFrom('syncs')
      .select('next_attempt_at')
      .executeTakeFirst();
    expect(sync).toEqual({ next_attempt_at: null });
    expect(server.emulator.requests({ path: '/api/v4/sources' }).length - before).toBe(2);
    expect((await settingsOf(DEMO.manager)).sync).toMatchObject({
      state: 'failed',
      error_code: 'kommo_forbidden',
    });

    const address = await beginConsent(server, tokenOf(DEMO.manager));
    await openCallback(
      server,
      await decideConsent(server, address, { who: `${DEMO.id}:${DEMO.manager}` }),
    );
    await server.waitFor(async () => (await syncEnd(server)).state === 'done');
  });

  test('an administrator whose token does not say so is sent to authorize, not told to wait', async () => {
    server.emulator.setSwitches({ isAdminClaim: 'absent' });
    demote();
    expect(await begin(DEMO.manager)).toMatchObject({
      status: 403,
      body: {
        error: { code: 'kommo_reauthorize' },
        error_code: 1015,
        refresh_token_url: expect.stringContaining('/oauth?'),
      },
    });
  });

  test.each(['/api/v4/leads/pipelines', '/api/v4/chats/templates*', '/api/v4/users/*'])(
    'one refusal of %s is enough',
    async (path) => {
      server.emulator.fault({ match: { path }, action: FORBIDDEN, times: 0 });
      server.emulator.setSwitches({ isAdminClaim: 'absent' });
      const { install } = await readSettings(server);
      expect(install).toMatchObject({ state: 'authorization_required', reason: 'rights_missing' });
      const calls = server.emulator.requests().length;
      await readSettings(server);
      expect(server.emulator.requests()).toHaveLength(calls);
    },
  );

  test('the account works again by itself only once the rights are back', async () => {
    demote();
    expect((await settingsOf(DEMO.manager)).install.state).toBe('authorization_required');
    await probe();
    await server.waitFor(async () => (await grant()).refresh_failures === 2);
    expect(await grant()).toMatchObject({ state: 'dead', lacks_rights: true, given_up_at: null });
    expect((await settingsOf(DEMO.manager)).install.reason).toBe('rights_missing');
    demote(true);
    await probe();
    await server.waitFor(async () => (await grant()).state === 'alive');
    expect((await settingsOf(DEMO.manager)).install).toEqual({ state: 'active' });
  });
});

describe('without a grant', () => {
  const withoutClaim = (userId: number) => {
    server.emulator.setSwitches({ isAdminClaim: 'absent' });
    return settingsOf(userId);
  };

  test('an administrator is shown where to authorize, others are not', async () => {
    expect((await settingsOf(DEMO.admin)).install.authorize_url).toContain('/oauth?');
    expect((await settingsOf(DEMO.manager)).install).toEqual({ state: 'authorization_required' });
    const refused = await server.api('GET', '/messenger/templates', {
      token: tokenOf(DEMO.manager),
    });
    expect(refused).toMatchObject({
      status: 403,
      body: { error: { code: 'kommo_reauthorize' }, error_code: 1015 },
    });
    expect(refused.body).not.toHaveProperty('refresh_token_url');
  });

  test('who may be one is shown it too, where tokens do not say who is', async () => {
    expect((await withoutClaim(DEMO.admin)).install.authorize_url).toContain('/oauth?');
    expect((await withoutClaim(DEMO.manager)).install.authorize_url).toContain('/oauth?');
  });
});
