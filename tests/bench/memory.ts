import { setTimeout as sleep } from 'node:timers/promises';
import { startBare } from './bare.ts';
import { type Figure, median } from './figures.ts';
import { Load } from './load.ts';
import { openMessageStage } from './messages-stage.ts';
import { FIRST_ID, insertAccounts, insertReadable, tokenOf } from './population.ts';
import { openStage } from './stage.ts';
import { watchMemory } from './watch-process.ts';

/** How long a process is left alone; the last seconds of it count. */
const IDLE_SECONDS = 60;
const COUNTED_SECONDS = 10;

const ACCOUNTS = 2_000;
const LOADED_MS = 20_000;

const HOW_IDLE = `left alone for ${IDLE_SECONDS} s, median of the last ${COUNTED_SECONDS} s`;
const HOW_LOADED = `reads as fast as it answers for ${LOADED_MS / 1000} s, 16 connections: the most that was seen`;

/** What a process occupies that has nothing to do, on either database, and one that reads as fast as it can. */
export async function measureMemory(): Promise<Figure[]> {
  const [postgres, embedded] = [await measureOnPostgres(), await measureEmbedded()];
  return [
    ...postgres.figures,
    {
      name: 'embedded database, idle',
      value: embedded,
      unit: 'MB',
      how: HOW_IDLE,
      yardstick: { name: 'bare route, idle', value: postgres.bareIdle },
    },
  ];
}

async function measureOnPostgres(): Promise<{ figures: Figure[]; bareIdle: number }> {
  const stage = await openStage();
  const bare = await startBare(stage.databaseUrl);
  try {
    const pid = stage.backends[0]?.pid ?? 0;
    const [idle, bareIdle] = await Promise.all([idleMemory(pid), idleMemory(bare.pid)]);
    await insertAccounts(stage.db, ACCOUNTS);
    await insertReadable(stage.db, ACCOUNTS, 10);
    const tokens = Array.from({ length: ACCOUNTS }, (_, index) => tokenOf(index));
    const loaded = await loadedMemory(pid, stage.urls[0] ?? '', (index) => ({
      path: '/messenger/channels',
      headers: { 'x-auth-token': tokens[index % ACCOUNTS] ?? '' },
    }));
    const bareLoaded = await loadedMemory(bare.pid, bare.url, (index) => ({
      path: `/${FIRST_ID + (index % ACCOUNTS)}`,
    }));
    const figures = [
      {
        name: 'PostgreSQL, idle',
        value: idle,
        unit: 'MB',
        how: HOW_IDLE,
        bound: 120,
        yardstick: { name: 'bare route, idle', value: bareIdle },
      },
      {
        name: 'PostgreSQL, loaded',
        value: loaded,
        unit: 'MB',
        how: HOW_LOADED,
        yardstick: { name: 'bare route, loaded', value: bareLoaded },
      },
    ];
    return { figures, bareIdle };
  } finally {
    await bare.stop();
    await stage.close();
  }
}

/** On a database with an account and a channel in it. */
async function measureEmbedded(): Promise<number> {
  const stage = await openMessageStage({ kind: 'embedded', chats: 1 });
  try {
    const { pid } = await stage.start();
    return await idleMemory(pid);
  } finally {
    await stage.close();
  }
}

async function idleMemory(pid: number): Promise<number> {
  await sleep((IDLE_SECONDS - COUNTED_SECONDS) * 1000);
  const memory = watchMemory(pid);
  await sleep(COUNTED_SECONDS * 1000);
  return median(memory.stop());
}

async function loadedMemory(
  pid: number,
  url: string,
  request: ConstructorParameters<typeof Load>[1],
): Promise<number> {
  const load = new Load(url, request);
  const memory = watchMemory(pid, 100);
  await load.run(LOADED_MS);
  await load.close();
  return Math.max(...memory.stop());
}
