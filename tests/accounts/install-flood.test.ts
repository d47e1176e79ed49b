import { jest } from '@jest/globals';
import { receiveInstallCall } from '../../src/server/accounts/install/install.ts';
import { parseReferer } from '../../src/server/kommo/account-host.ts';
import { readSettings } from '../support/channels.ts';
import { CLIENT_SECRET } from '../support/config.ts';
import { installRaceAccount, raceAccount, raceSeed, raceToken } from '../support/race-accounts.ts';
import { startTestServer, type TestServer } from '../support/start-server.ts';
import { tablesOf } from '../support/tables.ts';

const TENANTS = [0, 1, 2].map(raceAccount);
const [working, opener, silent] = TENANTS as [
  (typeof TENANTS)[0],
  (typeof TENANTS)[0],
  (typeof TENANTS)[0],
];

jest.setTimeout(120_000);

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer({ seed: raceSeed(40) });
});

afterEach(async () => {
  server.emulator.clearFaults();
  await server.close();
});

let made = 0;

/** A call anybody could send, as the route hands it on. */
async function makeUp(subdomain = `made-up-${made}`): Promise<void> {
  made += 1;
  const host = parseReferer(`${subdomain}.kommo.com`);
  if (host === undefined) throw new Error('That is no host.');
  await receiveInstallCall(server.context, { host, code: `def502${made}` });
}

const codesOf = (host: string) =>
  tablesOf(server.database.db)
    .selectFrom('install_codes')
    .selectAll()
    .where('host', '=', host)
    .execute();

const exchanges = (host: string) =>
  server.emulator.requests({ path: '/oauth2/access_token', host: `${host}.kommo.com` });

const isInstalled = async ({ id }: { id: number }) =>
  (await tablesOf(server.database.db)
    .selectFrom('grants')
    .select('account_id')
    .where('account_id', '=', id)
    .executeTakeFirst()) !== undefined;

test('real installs come through 1,500 made-up calls and four more a second', async () => {
  for (let batch = 0; batch < 75; batch += 1) {
    await Promise.all(Array.from({ length: 20 }, () => makeUp()));
  }
  const flood = setInterval(() => void makeUp(), 250);
  try {
    // One administrator has the widget open, which shows a signed token; the other looks at something else.
    expect(await server.emulator.install(opener.subdomain)).toBe(200);
    expect(await server.emulator.install(silent.subdomain)).toBe(200);
    await installedBy(opener);
    await server.waitFor(() => isInstalled(silent), 60_000);
  } finally {
    clearInterval(flood);
  }
});

test('a signed token of the host takes its install out of what made-up calls share', async () => {
  // These hosts are accounts, so their codes are as good as a real one to look at.
  for (let index = 3; index < 40; index += 1) {
    for (let calls = 0; calls < 2; calls += 1) await makeUp(raceAccount(index).subdomain);
  }
  await server.waitFor(async () => {
    const failed = await tablesOf(server.database.db)
      .selectFrom('install_codes')
      .select('id')
      .where('state', '=', 'failed')
      .execute();
    return failed.length >= 30;
  });
  await server.emulator.install(opener.subdomain);
  await server.emulator.install(silent.subdomain);
  await installedBy(opener);
  expect(exchanges(silent.subdomain)).toHaveLength(0);
});

async function installedBy(account: (typeof TENANTS)[0]): Promise<void> {
  await server.waitFor(async () => {
    const { install } = await readSettings(server, raceToken(server, account));
    return install.state === 'active';
  }, 60_000);
}

test.each([
  ['a ban', 'html403'],
  ['a 429', { rateLimited: 300 }],
] as const)('%s that made-up calls draw stops nobody else', async (_name, action) => {
  await installRaceAccount(server, working);
  server.emulator.fault({
    match: { path: '/oauth2/access_token' },
    action,
    times: 0,
  });
  // Of the working account's own host, too.
  const hosts = [working.subdomain, ...[3, 4, 5, 6, 7, 8].map((one) => raceAccount(one).subdomain)];
  for (const host of hosts) await makeUp(host);
  await server.waitFor(() => hosts.every((host) => exchanges(host).length > 0));
  const answer = await server.api('GET', '/messenger/templates', {
    token: raceToken(server, working),
  });
  expect(answer.status).toBe(200);
  server.emulator.clearFaults();
  await server.emulator.install(opener.subdomain);
  await installedBy(opener);
});

test('a token endpoint that hangs holds no more than its own calls up', async () => {
  server.emulator.fault({ match: { path: '/oauth2/access_token' }, action: 'hang', times: 0 });
  const hosts = Array.from({ length: 25 }, (_, index) => raceAccount(index + 3).subdomain);
  for (const host of hosts) await server.emulator.install(host);
  await server.waitFor(() => hosts.every((host) => exchanges(host).length === 1));
});

test.each([
  ['welcomes a stranger', { status: 200 }],
  ['sends a stranger on', { status: 302 }],
] as const)('the client secret is not sent to a host that %s', async (_name, action) => {
  server.emulator.fault({
    match: { host: 'made-up-page.kommo.com', path: '/api/v4/account' },
    action,
    times: 0,
  });
  await makeUp('made-up-page');
  await server.waitFor(async () =>
    (await codesOf('made-up-page.kommo.com')).every(({ failure }) => failure === 'not_an_account'),
  );
  const sent = server.emulator.requests({ host: 'made-up-page.kommo.com' });
  expect(sent.map(({ path }) => path)).toEqual(['/api/v4/account']);
  expect(JSON.stringify(sent)).not.toContain(CLIENT_SECRET);
});

test('made-up calls are kept up to a bound, and a real one after them is not dropped', async () => {
  server.emulator.fault({ match: { path: '/api/v4/account' }, action: 'hang', times: 0 });
  for (let calls = 0; calls < 30; calls += 1) await makeUp(silent.subdomain);
  await server.waitFor(async () => (await codesOf(`${silent.subdomain}.kommo.com`)).length <= 11);
  await server.emulator.install(silent.subdomain);
  server.emulator.clearFaults();
  await server.waitFor(() => isInstalled(silent));
});
