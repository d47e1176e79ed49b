import { randomInt, randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { SaveSettings, Settings } from '../../src/contract/api.ts';
import type { Match } from '../../src/emulator/engine/match.ts';
import type { ApiAnswer } from '../support/api.ts';
import { type Backend, type Backends, openBackends } from '../support/backends.ts';
import { connectBot, readSettings, save, unchanged } from '../support/channels.ts';
import { killAfter, killDuring, type Moment } from '../support/kill-moment.ts';
import {
  installRaceAccount,
  type RaceAccount,
  raceAccount,
  raceSeed,
  raceToken,
  scopesOf,
  sourcesFollow,
} from '../support/race-accounts.ts';
import { tablesOf } from '../support/tables.ts';

/** One kill each. More find rarer moments: `RACE_ROUNDS=100 npm test`. */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 6);
const ROUND_MS = 60_000;
const LONGEST_SAVE_MS = 1_200;

jest.setTimeout(ROUND_MS + ROUNDS * ROUND_MS);

interface Step {
  name: string;
  /** Undefined: at a random moment. */
  match?: Match;
  /** The pipelines of the first and the second channel, so that the step is needed. */
  pipelines: [number[], number[]];
}

/** From the first save of an account to its last change; indexes of the account's pipelines. */
const STEPS: Step[] = [
  { name: 'connecting', match: { path: '*/connect' }, pipelines: [[0], [1]] },
  { name: 'listing', match: sources('GET'), pipelines: [[0], [1]] },
  { name: 'creating', match: sources('POST'), pipelines: [[0, 1, 2], [1]] },
  { name: 'changing', match: sources('PATCH'), pipelines: [[2, 1, 0], [2]] },
  { name: 'deleting', match: sources('DELETE'), pipelines: [[1], [2]] },
  {
    name: 'anything',
    pipelines: [
      [0, 2],
      [1, 0],
    ],
  },
];
const MOMENTS: Moment[] = ['asked', 'answering', 'answered'];

function sources(method: string): Match {
  return { method, path: '/api/v4/sources' };
}

const ACCOUNTS = Math.ceil(ROUNDS / STEPS.length);

let backends: Backends;
let backend: Backend;
let account: RaceAccount;

beforeAll(async () => {
  backends = await openBackends(raceSeed(ACCOUNTS));
  backend = await backends.start();
});
afterAll(() => backends.close());

test(`${ROUNDS} times kill -9 between save, connect and sync lose nothing and double nothing`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const step = STEPS[round % STEPS.length];
    if (!step) throw new Error('There is always a step.');
    const cycle = Math.floor(round / STEPS.length);
    if (round % STEPS.length === 0) await prepare(cycle);
    const moment = MOMENTS[cycle % MOMENTS.length] ?? 'asked';
    const delayMs = randomInt(LONGEST_SAVE_MS);
    const label = `round ${round}: ${step.name}, ${step.match ? moment : `after ${delayMs} ms`}`;
    try {
      await killedOnce(step, moment, delayMs, round);
    } catch (error) {
      throw new Error(label, { cause: error });
    }
  }
});

/** An account with two channels that were never saved. */
async function prepare(number: number): Promise<void> {
  account = raceAccount(number);
  await installRaceAccount(backend, account);
  for (const bot of [2 * number, 2 * number + 1]) {
    await connectBot(backend, bot % 100, raceToken(backend, account));
  }
}

async function killedOnce(step: Step, moment: Moment, delayMs: number, round: number) {
  const before = await read();
  const input = inputOf(before, step, round);
  const key = randomUUID();
  let answer: Promise<ApiAnswer | 'lost'> = Promise.resolve('lost');
  const act = async () => {
    answer = put(input, key).catch(() => 'lost' as const);
  };
  if (step.match) await killDuring(backend, step.match, moment, act);
  else await killAfter(backend, delayMs, act);
  const told = await answer;
  if (told !== 'lost') expect([told.status, told.body.error]).toEqual([200, undefined]);

  // The last round waits for the leases of the dead one as they are.
  if (round < ROUNDS - 1) await backends.outwaitLeases();
  backend = await backends.start();
  const found = await read();
  if (told === 'lost') expect([before.version, before.version + 1]).toContain(found.version);
  else expect(saved(found)).toEqual(saved(told.body));
  // Whatever was saved, the same request again is carried out once.
  const repeated = await backend.waitFor(async () => {
    const again = await put(input, key);
    return again.body.error?.code === 'in_progress' ? undefined : again;
  }, ROUND_MS / 2);
  expect([repeated.status, repeated.body.error]).toEqual([200, undefined]);
  if (told !== 'lost') expect(repeated.body).toEqual(told.body);

  const after = await sourcesFollow(backend, account);
  expect(after.version).toBe(before.version + 1);
  expect(saved(after)).toEqual(saved(repeated.body));
  expect(after.channels.map(({ pipeline_ids }) => pipeline_ids)).toEqual(
    input.channels.map(({ pipeline_ids }) => pipeline_ids),
  );
  await expectOneScope();
}

/** Everything changes with each round: names, pipelines and the default. */
function inputOf(present: Settings, step: Step, round: number): SaveSettings {
  const input = unchanged(present);
  return {
    ...input,
    default_channel_id: input.channels[round % 2]?.id ?? null,
    channels: input.channels.map((channel, index) => ({
      ...channel,
      name: `Channel ${index} of round ${round}`,
      pipeline_ids: (step.pipelines[index] ?? []).map((at) => account.pipelines[at] ?? 0),
    })),
  };
}

function read(): Promise<Settings> {
  return readSettings(backend, raceToken(backend, account));
}

function put(input: SaveSettings, key: string): Promise<ApiAnswer> {
  return save(backend, input, key, raceToken(backend, account));
}

/** What an admin saved, without what changes by itself. */
function saved({ version, status, channels, default_channel_id, preferences }: Settings) {
  return { version, status, channels, default_channel_id, preferences };
}

/** One in Kommo, the same one in our table, and no more calls for it than kills made necessary. */
async function expectOneScope(): Promise<void> {
  const [scope, ...others] = scopesOf(backend, account);
  expect(others).toEqual([]);
  const rows = await (backends.db && tablesOf(backends.db))
    ?.selectFrom('scopes')
    .select(['scope_id', 'lease_owner'])
    .where('account_id', '=', account.id)
    .execute();
  if (rows) expect(rows).toEqual([{ scope_id: scope?.scope_id, lease_owner: null }]);
  const calls = backend.emulator.requests({
    path: '*/connect',
    bodyContains: scope?.account_amojo_id ?? '-',
  });
  expect(calls.length).toBeGreaterThanOrEqual(1);
  expect(calls.length).toBeLessThanOrEqual(2);
}
