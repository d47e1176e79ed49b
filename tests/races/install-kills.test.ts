import { randomInt } from 'node:crypto';
import { jest } from '@jest/globals';
import type { InstallStatus } from '../../src/contract/api.ts';
import { type Backend, type Backends, openBackends } from '../support/backends.ts';
import { readSettings } from '../support/channels.ts';
import { killAfter, killDuring } from '../support/kill-moment.ts';
import { type RaceAccount, raceAccount, raceSeed, raceToken } from '../support/race-accounts.ts';

/** One kill each. More find rarer moments: `RACE_ROUNDS=100 npm test`. */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 6);
const ROUND_MS = 60_000;
const LONGEST_INSTALL_MS = 1_000;

jest.setTimeout(ROUND_MS + ROUNDS * ROUND_MS);

type Outcome = InstallStatus['state'];

interface Step {
  name: string;
  kill: (account: RaceAccount) => Promise<void>;
  /** How it may end: with a working grant, or with a request to authorize that the admin sees. */
  ends: Outcome[];
}

let backends: Backends;
let backend: Backend;

const STEPS: Step[] = [
  {
    name: 'right after the answer',
    kill: (account) => killAfter(backend, 0, () => press(account)),
    // Kommo may have had the code already: then its answer is lost, and the code is used up.
    ends: ['active', 'authorization_required'],
  },
  {
    name: 'while the token endpoint hangs',
    kill: async (account) => {
      backends.emulator.fault({ match: exchangeOf(account), action: 'hang' });
      await press(account);
      await backend.waitFor(() => backends.emulator.requests(exchangeOf(account)).length > 0);
      await backend.kill();
      backends.emulator.clearFaults();
    },
    ends: ['active'],
  },
  {
    name: 'when the token endpoint has the code',
    kill: (account) => killDuring(backend, exchangeOf(account), 'asked', () => press(account)),
    ends: ['authorization_required'],
  },
  {
    name: 'while the token endpoint is answering',
    kill: (account) => killDuring(backend, exchangeOf(account), 'answering', () => press(account)),
    ends: ['authorization_required'],
  },
  {
    name: 'while the owner of the grant is asked for',
    kill: (account) =>
      killDuring(backend, { ...hostOf(account), path: '/api/v4/account' }, 'asked', () =>
        press(account),
      ),
    ends: ['active'],
  },
  {
    name: 'at a random moment',
    kill: (account) => killAfter(backend, randomInt(LONGEST_INSTALL_MS), () => press(account)),
    ends: ['active', 'authorization_required'],
  },
  {
    name: 'when the token endpoint has answered',
    kill: (account) => killDuring(backend, exchangeOf(account), 'answered', () => press(account)),
    ends: ['active', 'authorization_required'],
  },
];

beforeAll(async () => {
  backends = await openBackends(raceSeed(ROUNDS));
  backend = await backends.start();
});
afterAll(() => backends.close());

test(`${ROUNDS} times kill -9 around the install call: the account works, or says what is missing`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const step = STEPS[round % STEPS.length];
    if (!step) throw new Error('There is always a step.');
    try {
      await killedOnce(step, raceAccount(round));
    } catch (error) {
      throw new Error(`round ${round}: ${step.name}`, { cause: error });
    }
  }
});

async function killedOnce(step: Step, account: RaceAccount): Promise<void> {
  await step.kill(account);
  await backends.outwaitLeases();
  backend = await backends.start();
  const ending = await settled(account);
  expect(step.ends).toContain(ending);
  if (ending === 'authorization_required') {
    // The way out that the admin is shown leads to a working account.
    await press(account);
    expect(await settled(account, 'authorization_required')).toBe('active');
  }
  // Asks Kommo with the grant.
  const templates = await backend.api('GET', '/messenger/templates', {
    token: raceToken(backend, account),
  });
  expect(templates.status).toBe(200);
}

/** Presses Install. Kommo calls once, and is answered. */
async function press({ subdomain }: RaceAccount): Promise<void> {
  expect(await backends.emulator.install(subdomain)).toBe(200);
}

/** What the admin sees when nobody works on the install any more. */
async function settled(account: RaceAccount, before?: Outcome): Promise<Outcome> {
  const { install } = await backend.waitFor(async () => {
    const settings = await readSettings(backend, raceToken(backend, account));
    const { state } = settings.install;
    return state === 'authorizing' || state === before ? undefined : settings;
  }, ROUND_MS / 2);
  if (install.state !== 'active') expect(install.authorize_url).toContain('/oauth?');
  return install.state;
}

function hostOf({ subdomain }: RaceAccount) {
  return { host: `${subdomain}.kommo.com` };
}

function exchangeOf(account: RaceAccount) {
  return { ...hostOf(account), path: '/oauth2/access_token', method: 'POST' };
}
