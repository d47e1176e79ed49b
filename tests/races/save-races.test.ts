import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { Settings } from '../../src/contract/api.ts';
import type { ApiAnswer } from '../support/api.ts';
import { type Backend, type Backends, openBackends } from '../support/backends.ts';
import { connectBot, readSettings, save, sourcesOf, unchanged } from '../support/channels.ts';
import {
  installRaceAccount,
  type RaceAccount,
  raceAccount,
  raceSeed,
  raceToken,
  scopesOf,
  sourcesFollow,
} from '../support/race-accounts.ts';

jest.setTimeout(120_000);

let backends: Backends;
let pair: [Backend, Backend];

beforeAll(async () => {
  backends = await openBackends(raceSeed(3));
  pair = await backends.startPair();
});
afterAll(() => backends.close());

/** An account with two channels that were never saved. */
async function prepare(number: number): Promise<RaceAccount> {
  const account = raceAccount(number);
  await installRaceAccount(pair[0], account);
  for (const bot of [2 * number, 2 * number + 1]) {
    await connectBot(pair[0], bot, raceToken(pair[0], account));
  }
  return account;
}

function read(account: RaceAccount): Promise<Settings> {
  return readSettings(pair[1], raceToken(pair[1], account));
}

/** What the admin would save who gives every channel this name and these pipelines. */
function named(settings: Settings, name: string, pipelineIds: readonly number[]) {
  const input = unchanged(settings);
  const channels = input.channels.map((channel) => ({
    ...channel,
    name,
    pipeline_ids: [...pipelineIds],
  }));
  return { ...input, channels };
}

function put(server: Backend, account: RaceAccount, body: unknown, key: string = randomUUID()) {
  return save(server, body, key, raceToken(server, account));
}

function outcomes(answers: readonly ApiAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const name = body.error?.code ?? String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function connects(): number {
  return backends.emulator.requests({ path: '*/connect' }).length;
}

test('50 impatient saves over two processes: one connects the chat channel, one wins, the others are told', async () => {
  const account = await prepare(0);
  const settings = await read(account);
  const before = connects();
  // Nobody knows the scope yet while all of them arrive.
  const held = backends.emulator.barrier({ path: '*/connect' }, 1, 'manual');
  const clicked = randomUUID();
  const saving = Array.from({ length: 50 }, (_, index) => {
    // Ten are clicks on the same button: one request under one key, again and again.
    const isRepeat = index % 5 === 0;
    const name = isRepeat ? 'clicked' : `Admin ${index}`;
    const input = named(settings, name, account.pipelines);
    return put(index % 2 === 0 ? pair[0] : pair[1], account, input, isRepeat ? clicked : undefined);
  });
  await held.arrived;
  held.release();
  const answers = await Promise.all(saving);

  const { 200: won = 0, version_conflict: lost = 0, in_progress: repeated = 0 } = outcomes(answers);
  expect(won).toBeGreaterThanOrEqual(1);
  expect(won + lost + repeated).toBe(50);
  // Everybody who was told `saved` was told the same.
  const kept = answers.filter(({ status }) => status === 200).map(({ body }) => body);
  expect(new Set(kept.map((body) => JSON.stringify(body.channels))).size).toBe(1);
  expect(new Set(kept.map((body) => body.version))).toEqual(new Set([1]));
  expect(connects() - before).toBe(1);

  const final = await sourcesFollow(pair[0], account);
  expect(final).toMatchObject({ version: 1, status: 'active', channels: kept[0].channels });
  expect(sourcesOf(pair[0], account.id)).toHaveLength(6);
  expect(scopesOf(pair[0], account)).toHaveLength(1);
});

test('admins who save again after each conflict all get through, one version after the other', async () => {
  const account = await prepare(1);
  const admins = 6;
  const versions: number[] = [];
  const persist = async (index: number): Promise<void> => {
    for (;;) {
      const server = index % 2 === 0 ? pair[0] : pair[1];
      const input = named(await read(account), `Admin ${index}`, account.pipelines.slice(0, 2));
      const { status, body } = await put(server, account, input);
      if (status === 200) return void versions.push(body.version);
      expect([status, body.error.code]).toEqual([409, 'version_conflict']);
    }
  };
  await Promise.all(Array.from({ length: admins }, (_, index) => persist(index)));
  expect(versions.toSorted((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6]);
  expect((await sourcesFollow(pair[0], account)).version).toBe(admins);
});

describe('with saved settings', () => {
  let account: RaceAccount;

  beforeAll(async () => {
    account = await prepare(2);
    const first = await put(
      pair[0],
      account,
      named(await read(account), 'first', account.pipelines),
    );
    expect(first.status).toBe(200);
    await sourcesFollow(pair[0], account);
  });

  test('of two admins who save at once, through two processes, one is told of the other', async () => {
    const settings = await read(account);
    const answers = await Promise.all(
      (['Ana', 'Max'] as const).map((name, index) =>
        put(index === 0 ? pair[0] : pair[1], account, named(settings, name, account.pipelines)),
      ),
    );
    expect(outcomes(answers)).toEqual({ 200: 1, version_conflict: 1 });
    const winner = answers.find(({ status }) => status === 200);
    const final = await sourcesFollow(pair[0], account);
    expect(final.version).toBe(settings.version + 1);
    expect(final.channels).toEqual(winner?.body.channels);
  });

  test.each(['GET', 'DELETE', 'POST'])(
    'what the other process saves while a sync is at its %s is synced, too',
    async (method) => {
      const settings = await read(account);
      const [main, second, third] = account.pipelines;
      // Each call has a reason: a channel moves, one pipeline is dropped, one is added.
      const interrupted = method === 'POST' ? [main, second, third] : [third];
      const wanted = method === 'POST' ? [second] : [main, third];
      const held = backends.emulator.barrier({ method, path: '/api/v4/sources' }, 1, 'manual');
      const first = await put(pair[0], account, named(settings, `during ${method}`, interrupted));
      expect(first.status).toBe(200);
      await held.arrived;
      const late = await put(pair[1], account, named(first.body, `after ${method}`, wanted));
      expect(late.status).toBe(200);
      held.release();
      const final = await sourcesFollow(pair[0], account);
      expect(final.version).toBe(settings.version + 2);
      expect(final.channels).toEqual(late.body.channels);
    },
  );
});
