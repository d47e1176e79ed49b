import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import { saveGrant } from '../../src/server/kommo/grants/rows.ts';
import { type Db, openHandle } from '../../src/server/platform/database/database.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { PACE } from '../../src/server/platform/pace.ts';
import { testConfig } from '../support/config.ts';
import { createScratchDatabase } from '../support/database.ts';
import { type Figure, mostInOneSecond, percentile } from './figures.ts';
import { FIRST_ID, insertAccounts } from './population.ts';
import type { CallerOrder, CallerReport } from './refresh-caller.ts';
import type { TokenCalls } from './token-sink.ts';

const ACCOUNTS = 10_000;
const AT_ONCE = 32;
const BARE = 2_000;
/** Enough to tell the speed, should they not all be renewed by then. */
const RUSH_MS = 60_000;

/** At the pace that Kommo allows: how long, and how often an administrator asks meanwhile. */
const PACED_MS = 30_000;
const ADMIN_EVERY_MS = 1_000;
/** What Kommo allows in any second. @see https://developers.kommo.com/docs/limitations */
const KOMMO_ALLOWS = 7;

const HOUR_MS = 3_600_000;

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Processes that use grants, with the sink that plays Kommo. */
interface Herd {
  sink: { ask(): Promise<TokenCalls> };
  callers: ((order: CallerOrder) => Promise<CallerReport>)[];
  stop(): Promise<void>;
}

/**
 * Ten thousand accounts whose tokens have all run out: what two processes that want each of them twice take to renew
 * them without a pause between requests, and what an administrator notices at the pace that Kommo allows.
 */
export async function measureRefreshHerd(): Promise<Figure[]> {
  const scratch = await createScratchDatabase();
  const pool = new pg.Pool({ connectionString: scratch.url, max: 4 });
  // Dropping the database in the end cuts connections that are just being closed.
  pool.on('error', () => undefined);
  const db = openHandle(new PostgresDialect({ pool }));
  try {
    // One more, whose token is good.
    await insertAccounts(db, ACCOUNTS + 1);
    await storeGrants(db);
    return [...(await rush(scratch.url)), ...(await keepPace(db, scratch.url))];
  } finally {
    await db.destroy();
    await scratch.drop();
  }
}

/** As fast as two processes can: no pause between requests. */
async function rush(databaseUrl: string): Promise<Figure[]> {
  const herd = await startHerd(databaseUrl, 0);
  try {
    const range = { first: FIRST_ID, atOnce: AT_ONCE };
    const bare = await both(herd, { ...range, what: 'bare', count: BARE });
    await herd.sink.ask();
    const used = await both(herd, { ...range, what: 'use', count: ACCOUNTS, forMs: RUSH_MS });
    const { tokenCalls, spentTwice } = await herd.sink.ask();
    const seconds = Math.max(...used.map(({ ms }) => ms)) / 1000;
    // Both take them in the same order, so that one has begun all that the other has, and a few more.
    const begun = Math.max(...used.map(({ latencies }) => latencies.length));
    // Each of them made its own call for each account there.
    const bareSeconds = Math.max(...bare.map(({ ms }) => ms)) / 1000;
    return [
      {
        name: 'no pauses: accounts renewed',
        value: begun / seconds,
        unit: '/s',
        yardstick: {
          name: 'a bare token call with one update',
          value: (BARE * herd.callers.length) / bareSeconds,
        },
      },
      {
        name: 'no pauses: token calls for each account',
        value: tokenCalls / begun,
        unit: '',
        how: 'each account is wanted twice by each of two processes',
        bound: 1,
        yardstick: { name: 'one', value: 1 },
      },
      { name: 'no pauses: refresh tokens sent twice', value: spentTwice, unit: '', bound: 0 },
      { name: 'no pauses: callers without a token', value: failuresOf(used), unit: '', bound: 0 },
    ];
  } finally {
    await herd.stop();
  }
}

/** At the pace that Kommo allows, jobs renew grants while an administrator of another account works. */
async function keepPace(db: Db, databaseUrl: string): Promise<Figure[]> {
  await db
    .updateTable('grants')
    .set({ expiresAt: new Date(0) })
    .execute();
  await storeGrant(db, ACCOUNTS, HOUR_MS);
  const herd = await startHerd(databaseUrl, PACE.kommoSpacingMs);
  try {
    const [jobs, admin] = herd.callers;
    if (jobs === undefined || admin === undefined) throw new Error('There are two processes.');
    const list = { what: 'list', first: FIRST_ID + ACCOUNTS, count: 1, atOnce: 1 } as const;
    const calm = await askOften(admin, list, 10);
    await herd.sink.ask();
    const began = performance.now();
    const herding = jobs({
      what: 'keep',
      first: FIRST_ID,
      count: ACCOUNTS,
      atOnce: AT_ONCE,
      forMs: PACED_MS,
    });
    const own = await askOften(admin, list, PACED_MS / ADMIN_EVERY_MS);
    await herding;
    const seconds = (performance.now() - began) / 1000;
    const { at, tokenCalls, spentTwice } = await herd.sink.ask();
    const allowed = { name: 'what Kommo allows', value: KOMMO_ALLOWS };
    return [
      {
        name: "Kommo's pace: accounts renewed",
        value: tokenCalls / seconds,
        unit: '/s',
        yardstick: allowed,
      },
      {
        name: "Kommo's pace: most requests in any second",
        value: mostInOneSecond(at),
        unit: '',
        bound: KOMMO_ALLOWS,
        yardstick: allowed,
      },
      { name: "Kommo's pace: refresh tokens sent twice", value: spentTwice, unit: '', bound: 0 },
      {
        name: "Kommo's pace: an administrator's own call to Kommo, p95",
        value: percentile(own, 0.95),
        unit: 'ms',
        bound: 3_000,
        yardstick: { name: 'without the herd', value: percentile(calm, 0.95) },
      },
    ];
  } finally {
    await herd.stop();
  }
}

async function askOften(
  admin: Herd['callers'][number],
  order: CallerOrder,
  times: number,
): Promise<number[]> {
  const latencies: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const { latencies: took, failures } = await admin(order);
    const [failure] = Object.keys(failures);
    if (failure !== undefined) throw new Error(`The administrator's call failed: ${failure}`);
    latencies.push(...took);
    await sleep(ADMIN_EVERY_MS);
  }
  return latencies;
}

function both(herd: Herd, order: CallerOrder): Promise<CallerReport[]> {
  return Promise.all(herd.callers.map((call) => call(order)));
}

function failuresOf(reports: readonly CallerReport[]): number {
  return reports
    .flatMap(({ failures }) => Object.values(failures))
    .reduce((sum, count) => sum + count, 0);
}

const SECRETS = new Secrets(testConfig(0).secretKeys);

/** Every account's, run out an hour ago. */
async function storeGrants(db: Db): Promise<void> {
  for (let index = 0; index < ACCOUNTS; index += 1) await storeGrant(db, index, -HOUR_MS);
}

async function storeGrant(db: Db, index: number, leftMs: number): Promise<void> {
  await db.transaction().execute((trx) =>
    saveGrant(trx, SECRETS, {
      accountId: FIRST_ID + index,
      epoch: 1,
      accessToken: `access-${index}-${'a'.repeat(900)}`,
      refreshToken: `refresh-${index}-${'r'.repeat(700)}`,
      expiresAt: new Date(Date.now() + leftMs),
      scopes: ['crm'],
      apiDomain: 'api-c.kommo.com',
      refreshedAt: new Date(Date.now() - 24 * HOUR_MS),
    }),
  );
}

async function startHerd(databaseUrl: string, spacingMs: number): Promise<Herd> {
  const sink = fork(pathOf('token-sink.ts'), {
    env: { PATH: process.env.PATH },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const [port] = await once(sink.stdout ?? sink, 'data');
  const children = [sink];
  const startCaller = async () => {
    const child = fork(pathOf('refresh-caller.ts'), {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: databaseUrl,
        SINK_PORT: String(port).trim(),
        SPACING_MS: String(spacingMs),
      },
      execArgv: [],
    });
    children.push(child);
    await once(child, 'message');
    return (order: CallerOrder) => ask<CallerReport>(child, order);
  };
  const callers = [await startCaller(), await startCaller()];
  return {
    sink: { ask: () => ask<TokenCalls>(sink, {}) },
    callers,
    stop: async () => {
      await Promise.all(
        children.map((child) => {
          const gone = once(child, 'exit');
          child.disconnect();
          return gone;
        }),
      );
    },
  };
}

async function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  const answered = once(child, 'message');
  child.send(question);
  const [answer] = await answered;
  return answer as Answer;
}
