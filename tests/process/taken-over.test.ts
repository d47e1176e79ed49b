import { jest } from '@jest/globals';
import { sql } from 'kysely';
import type { Match } from '../../src/emulator/engine/match.ts';
import { type Backend, type Backends, openBackends } from '../support/backends.ts';
import {
  begin,
  connectBot,
  pollAttempt,
  readSettings,
  save,
  sourcesOf,
  unchanged,
} from '../support/channels.ts';
import {
  installRaceAccount,
  raceAccount,
  raceSeed,
  raceToken,
  sourcesFollow,
} from '../support/race-accounts.ts';
import { tablesOf } from '../support/tables.ts';

jest.setTimeout(180_000);

/** How long the work of a killed worker may lie idle. */
const TAKEN_OVER_MS = 60_000;

/** One account for each kind of work. */
const [SYNCED, SIGNED_OUT, ENDED, EXPIRED] = [0, 1, 2, 3].map(raceAccount) as [
  ReturnType<typeof raceAccount>,
  ReturnType<typeof raceAccount>,
  ReturnType<typeof raceAccount>,
  ReturnType<typeof raceAccount>,
];

/** What each kind writes to the outside. */
const WRITES = {
  sync: { method: 'POST', path: '/api/v4/sources', host: `${SYNCED.subdomain}.kommo.com` },
  signOut: { path: '*/deleteWebhook' },
  cleanUp: { method: 'DELETE', path: '*/disconnect' },
} satisfies Record<string, Match>;

let backends: Backends;
let backend: Backend;

beforeAll(async () => {
  backends = await openBackends(raceSeed(4));
  backend = await backends.start();
});
afterAll(() => backends.close());

const written = (match: Match) =>
  backends.emulator.requests(match).filter(({ status }) => status !== undefined && status < 300);

test('what a worker was doing when it was killed is taken over within a minute, and done once', async () => {
  for (const account of [SYNCED, SIGNED_OUT, ENDED, EXPIRED]) {
    await installRaceAccount(backend, account);
  }
  const token = (account: typeof SYNCED) => raceToken(backend, account);
  await connectBot(backend, 1, token(SYNCED));
  const bot = await connectBot(backend, 2, token(SIGNED_OUT));
  const started = await begin(backend, { connector: 'telegram' }, token(EXPIRED));

  for (const match of Object.values(WRITES)) {
    backends.emulator.fault({ match, action: 'hang', times: 0 });
  }
  await save(
    backend,
    unchanged(await readSettings(backend, token(SYNCED))),
    undefined,
    token(SYNCED),
  );
  await backend.api('DELETE', `/messenger/channels/${bot.id}`, { token: token(SIGNED_OUT) });
  expect(await backends.emulator.disable(ENDED.subdomain)).toEqual([200]);
  for (const match of Object.values(WRITES)) {
    await backend.waitFor(() => backends.emulator.requests(match).length > 0);
  }
  const release = await stopInTheMiddleOfExpiry(started.attempt.id);
  await backend.kill();
  const killedAt = performance.now();
  backends.emulator.clearFaults();
  await release();

  backend = await backends.start();
  await Promise.all([
    ...Object.values(WRITES).map((match) =>
      backend.waitFor(() => written(match).length > 0, TAKEN_OVER_MS),
    ),
    backend.waitFor(
      async () => (await pollAttempt(backend, started)).state === 'expired',
      TAKEN_OVER_MS,
    ),
  ]);
  expect(performance.now() - killedAt).toBeLessThan(TAKEN_OVER_MS);

  await sourcesFollow(backend, SYNCED);
  expect(sourcesOf(backend, SYNCED.id)).toHaveLength(1);
  for (const match of Object.values(WRITES)) expect(written(match)).toHaveLength(1);
});

/** Makes an attempt overdue and holds up the job that ends it. @returns lets it go on */
async function stopInTheMiddleOfExpiry(id: string): Promise<() => Promise<void>> {
  const { db } = backends;
  if (!db) throw new Error('This is about processes that share a database.');
  const held = await db.startTransaction().execute();
  await tablesOf(held)
    .updateTable('attempts')
    .set({ expires_at: sql<Date>`now() - interval '1 second'` })
    .where('id', '=', id)
    .execute();
  await sql`lock table attempts in access exclusive mode`.execute(held);
  await backend.waitFor(async () => {
    const { rows } = await sql`select 1 from pgboss.job
      where name = 'scheduled' and state = 'active' and singleton_key = 'attempts that are over'`.execute(
      held,
    );
    return rows.length > 0;
  });
  return () => held.commit().execute();
}
