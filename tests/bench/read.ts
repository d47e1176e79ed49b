import { sql } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';
import { spawnBackend } from '../support/backend-process.ts';
import { testEnvironment } from '../support/config.ts';
import { startRoundTripProxy } from '../support/round-trips.ts';
import { startBare } from './bare.ts';
import { type Figure, median } from './figures.ts';
import { Load } from './load.ts';
import { FIRST_ID, insertAccounts, insertReadable, tokenOf } from './population.ts';
import { openStage } from './stage.ts';

const ACCOUNTS = 100_000;
const CHANNELS_EACH = 10;

/** Accounts that are asked for: as many as it takes that none of them is refused for its number of requests. */
const ASKING = 2_000;
const ROUNDS = 5;
const ROUND_MS = 3_000;

/** Of the bare route's answers. */
const LEAST = { channels: 0.5, settings: 0.3 };

/** How a read that proves its caller compares with a route that does one query and nothing else. */
export async function measureRead(): Promise<Figure[]> {
  const stage = await openStage({ processes: 0 });
  const web = { ...testEnvironment(stage.emulator.port), ROLE: 'web', LOG_LEVEL: 'info' };
  const backend = spawnBackend({ ...web, DATABASE_URL: stage.databaseUrl });
  const bare = await startBare(stage.databaseUrl);
  try {
    await insertAccounts(stage.db, ACCOUNTS);
    await insertReadable(stage.db, ACCOUNTS, CHANNELS_EACH);
    const url = await backend.ready();
    const tokens = Array.from({ length: ASKING }, (_, index) => tokenOf(index));
    const routes = {
      bare: new Load(bare.url, (index) => ({ path: `/${FIRST_ID + (index % ASKING)}` })),
      channels: new Load(url, (index) => authorized('/messenger/channels', tokens[index % ASKING])),
      settings: new Load(url, (index) => authorized('/messenger/settings', tokens[index % ASKING])),
    };
    const ratios = { channels: [] as number[], settings: [] as number[] };
    const rates = { bare: [] as number[], channels: [] as number[], settings: [] as number[] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      await freshen(stage.db);
      const yardstick = await routes.bare.run(ROUND_MS);
      const found = {
        channels: await routes.channels.run(ROUND_MS),
        settings: await routes.settings.run(ROUND_MS),
      };
      // The first warms up.
      if (round === 0) continue;
      rates.bare.push(yardstick);
      for (const name of ['channels', 'settings'] as const) {
        rates[name].push(found[name]);
        ratios[name].push(found[name] / yardstick);
      }
    }
    await Promise.all(Object.values(routes).map((route) => route.close()));
    return [
      ...(['channels', 'settings'] as const).map((name) => ({
        name: `${name}: answers`,
        value: median(rates[name]),
        unit: '/s',
        yardstick: {
          name: 'bare route, one query of ten channels',
          value: median(rates.bare),
          ratio: median(ratios[name]),
          atLeast: LEAST[name],
        },
      })),
      ...(await countQueries(stage.databaseUrl, web, tokens)),
    ];
  } finally {
    backend.kill('SIGTERM');
    await bare.stop();
    await backend.exited;
    await stage.close();
  }
}

/** Queries a request costs, through a proxy that counts them. */
async function countQueries(
  databaseUrl: string,
  env: Record<string, string | undefined>,
  tokens: readonly string[],
): Promise<Figure[]> {
  const proxy = await startRoundTripProxy(databaseUrl);
  const backend = spawnBackend({ ...env, DATABASE_URL: proxy.url });
  try {
    const url = await backend.ready();
    const figures: Figure[] = [];
    for (const [name, bound] of [
      ['channels', 2],
      ['settings', 4],
    ] as const) {
      const call = () =>
        fetch(`${url}/messenger/${name}`, { headers: { 'x-auth-token': tokens[0] ?? '' } });
      // The first opens connections.
      await (await call()).arrayBuffer();
      proxy.clear();
      await (await call()).arrayBuffer();
      figures.push({
        name: `${name}: queries`,
        value: proxy.trips.length,
        unit: '',
        how: 'counted on the way to PostgreSQL',
        bound,
        yardstick: { name: 'bare route', value: 1 },
      });
    }
    return figures;
  } finally {
    backend.kill('SIGTERM');
    await backend.exited;
    await proxy.close();
  }
}

/** Keeps the lists of the accounts that are asked for young: what Kommo costs is not measured here. */
async function freshen(db: Db): Promise<void> {
  await sql`update kommo_cache set fetched_at = now() where account_id < ${FIRST_ID + ASKING}`.execute(
    db,
  );
  await sql`update accounts set refreshed_at = now() where id < ${FIRST_ID + ASKING}`.execute(db);
}

function authorized(path: string, token = '') {
  return { path, headers: { 'x-auth-token': token } };
}
