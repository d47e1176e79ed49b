import { jest } from '@jest/globals';
import { type Backend, type Backends, openBackends } from '../support/backends.ts';
import { readSettings } from '../support/channels.ts';
import { type RaceAccount, raceAccount, raceSeed, raceToken } from '../support/race-accounts.ts';

/** From the kill on, and with the start of the process that takes over. */
const TAKEN_OVER_MS = 60_000;

jest.setTimeout(3 * TAKEN_OVER_MS);

let backends: Backends;

beforeAll(async () => {
  backends = await openBackends(raceSeed(3));
});
afterAll(() => backends.close());

test('an exchange whose worker is killed is taken over within a minute, and made once', async () => {
  const account = raceAccount(0);
  const killed = await backends.start();
  backends.emulator.fault({ match: exchangeOf(account), action: 'hang' });
  await press(account);
  await killed.waitFor(() => backends.emulator.requests(exchangeOf(account)).length === 1);
  await takenOver(killed, account);
});

test('tokens whose worker is killed are taken over within a minute, and not asked for again', async () => {
  const account = raceAccount(1);
  const killed = await backends.start();
  const { emulator } = backends;
  const owner = { host: `${account.subdomain}.kommo.com`, path: '/api/v4/account' };
  const exchange = emulator.barrier(exchangeOf(account), 1, 'manual');
  await press(account);
  await exchange.arrived;
  // A look at the host went to this address before.
  const before = emulator.requests(owner).length;
  emulator.fault({ match: owner, action: 'hang' });
  exchange.release();
  await killed.waitFor(() => emulator.requests(owner).length > before);
  await takenOver(killed, account);
  expect(backends.emulator.requests(exchangeOf(account))).toHaveLength(1);
});

test('of two workers one exchanges a code', async () => {
  const account = raceAccount(2);
  const [first, second] = await backends.startPair();
  await press(account);
  await second.waitFor(() => isActive(second, account));
  expect(backends.emulator.requests(exchangeOf(account))).toHaveLength(1);
  await Promise.all([first.kill(), second.kill()]);
});

/** Kills a backend and starts another one, without a word that the first is dead. */
async function takenOver(killed: Backend, account: RaceAccount): Promise<void> {
  const began = performance.now();
  await killed.kill();
  backends.emulator.clearFaults();
  const backend = await backends.start();
  await backend.waitFor(() => isActive(backend, account), TAKEN_OVER_MS);
  expect(performance.now() - began).toBeLessThan(TAKEN_OVER_MS);
  const exchanges = backends.emulator.requests(exchangeOf(account));
  expect(exchanges.filter(({ status }) => status === 200)).toHaveLength(1);
  await backend.kill();
}

async function isActive(backend: Backend, account: RaceAccount): Promise<boolean> {
  const { install } = await readSettings(backend, raceToken(backend, account));
  return install.state === 'active';
}

async function press({ subdomain }: RaceAccount): Promise<void> {
  expect(await backends.emulator.install(subdomain)).toBe(200);
}

function exchangeOf({ subdomain }: RaceAccount) {
  return { host: `${subdomain}.kommo.com`, path: '/oauth2/access_token', method: 'POST' };
}
