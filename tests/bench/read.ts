import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';
import { spawnBackend } from '../support/backend-process.ts';
import { goodClaims, signToken } from '../support/bad-tokens.ts';
import { testEnvironment } from '../support/config.ts';
import { startRoundTripProxy } from '../support/round-trips.ts';
import { type Figure, median } from './figures.ts';
import { Load } from './load.ts';
import { FIRST_ID, insertAccounts, insertReadable, subdomainOf } from './population.ts';
import { openStage } from './stage.ts';

const ACCOUNTS = 100_000;
const CHANNELS_EACH = 10;

/** Accounts that are asked for: as many as it takes that none of them is refused for its number of requests. */
const ASKING = 2_000;
const ROUNDS = 5;
const ROUND_MS = 3_000;

const BARE = fileURLToPath(new URL('bare-route.ts', import.meta.url));

/** How a read that proves its caller compares with a route that does one query and nothing else. */
export async function measureRead(): Promise<Figure[]> {
  const stage = await openStage({ processes: 0 });
  const web = { ...testEnvironment(stage.emulator.port), ROLE: 'web', LOG_LEVEL: 'info' };
  const backend = spawnBackend({ ...web, DATABASE_URL: stage.databaseUrl });
  const bare = spawn(process.execPath, [BARE], {
    env: { ...process.env, DATABASE_URL: stage.databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await insertAccounts(stage.db, ACCOUNTS);
    await insertReadable(stage.db, ACCOUNTS, CHANNELS_EACH);
    const [line] = (await once(bare.stdout, 'data')) as [Buffer];
    const bareUrl = String(line).trim();
    const url = await backend.ready();
    const tokens = Array.from({ length: ASKING }, (_, index) => tokenOf(index));
    const routes = {
      bare: new Load(bareUrl, (index) => ({ path: `/${FIRST_ID + (index % ASKING)}` })),
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
      { name: 'bare route, one query of ten channels', value: median(rates.bare), unit: '/s' },
      { name: 'channels', value: median(rates.channels), unit: '/s' },
      {
        name: 'channels to the bare route',
        value: median(ratios.channels),
        unit: 'times',
        least: 0.5,
      },
      { name: 'settings', value: median(rates.settings), unit: '/s' },
      {
        name: 'settings to the bare route',
        value: median(ratios.settings),
        unit: 'times',
        least: 0.3,
      },
      ...(await countQueries(stage.databaseUrl, web, tokens)),
    ];
  } finally {
    backend.kill('SIGTERM');
    bare.kill();
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
      figures.push({ name: `${name}: queries`, value: proxy.trips.length, unit: '', bound });
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

function tokenOf(index: number): string {
  return signToken({
    ...goodClaims(),
    iss: `https://${subdomainOf(index)}.kommo.com`,
    jti: randomUUID(),
    account_id: FIRST_ID + index,
    is_admin: true,
  });
}

function authorized(path: string, token = '') {
  return { path, headers: { 'x-auth-token': token } };
}
