import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';
import { tablesOf } from '../support/tables.ts';
import { openWatch, type WatchStream } from '../support/watch.ts';
import { timeBareInserts } from './bare.ts';
import { type Figure, percentile } from './figures.ts';
import { FIRST_ID, installPopulation, populationSeed, subdomainOf } from './population.ts';
import { openStage, type Stage } from './stage.ts';
import { processorSeconds, watchMemory } from './watch-process.ts';

const ACCOUNTS = 200;
const CHANNELS_EACH = 10;
const SECONDS = 20;
const CHANGES = 50;

/** What a backend spends on settings that are open in many accounts while little happens, and how soon a change shows. */
export async function measureWatchStreams(): Promise<Figure[]> {
  const stage = await openStage({ seed: populationSeed(ACCOUNTS) });
  const streams: WatchStream[] = [];
  try {
    await installPopulation(stage.emulator, stage.db, ACCOUNTS);
    await insertChannels(stage.db);
    const idle = await measureSpending(stage);
    for (let index = 0; index < ACCOUNTS; index += 1) streams.push(await open(stage, index));
    // What opening them costs is another matter.
    await sleep(5_000);
    const busy = await measureSpending(stage);
    const delays = await measureChanges(stage.db, streams);
    const bare = await timeBareInserts(stage, { count: CHANGES });
    return [
      {
        name: 'processor time, of one core',
        value: busy.core,
        unit: '%',
        yardstick: { name: 'with none open', value: idle.core },
      },
      {
        name: 'statements a second',
        value: busy.statements,
        unit: '',
        yardstick: { name: 'with none open', value: idle.statements },
      },
      {
        name: 'memory of the backend',
        value: busy.memory,
        unit: 'MB',
        yardstick: { name: 'with none open', value: idle.memory },
      },
      {
        name: 'memory of a stream',
        value: ((busy.memory - idle.memory) / ACCOUNTS) * 1024,
        unit: 'kB',
      },
      {
        name: 'a change shows, p95',
        value: percentile(delays, 0.95),
        unit: 'ms',
        bound: 10_000,
        yardstick: { name: 'bare insert, p95', value: percentile(bare, 0.95) },
      },
    ];
  } finally {
    for (const stream of streams) stream.leave();
    await stage.close();
  }
}

/** Telegram bots that are not to be asked about for an hour: checks are another matter. */
async function insertChannels(db: Db): Promise<void> {
  await sql`
    insert into channels (id, account_id, epoch, slot, connector, external_id, account_name, name, pipeline_ids,
      credentials, webhook_secret, is_saved, checked_at, status_at)
    select md5('watch' || slot || ' ' || n)::uuid, ${FIRST_ID}::bigint + n, 1, slot, 'telegram', slot || ' ' || n,
      'Bench', 'Bench', '[1]', 'v1.none.AA.AA', 'v1.none.AA.AA', true, now() + interval '1 hour', now()
    from generate_series(0, ${ACCOUNTS}::int - 1) as n, generate_series(1, ${CHANNELS_EACH}::int) as slot`.execute(
    db,
  );
  await sql`analyze`.execute(db);
}

async function open(stage: Stage, index: number): Promise<WatchStream> {
  const { body } = await stage.call({
    method: 'POST',
    path: '/messenger/watch',
    subdomain: subdomainOf(index),
    expected: 201,
  });
  const stream = await openWatch(stage.urls[0] ?? '', body.watch_key);
  if (stream.status !== 200) throw new Error(`No stream: ${stream.status}`);
  return stream;
}

interface Spending {
  /** Processor time of the backend, in hundredths of one core. */
  core: number;
  /** Transactions of the database, of which nearly all are one statement. */
  statements: number;
  /** MB, in the middle. */
  memory: number;
}

async function measureSpending(stage: Stage): Promise<Spending> {
  const pid = stage.backends[0]?.pid ?? 0;
  const memory = watchMemory(pid);
  const began = { spent: processorSeconds(pid), done: await transactions(stage.db) };
  await sleep(SECONDS * 1000);
  const done = (await transactions(stage.db)) - began.done;
  return {
    core: ((processorSeconds(pid) - began.spent) / SECONDS) * 100,
    statements: done / SECONDS,
    memory: percentile(memory.stop(), 0.5),
  };
}

/** So many the database has ended so far, as far as its processes have told of them. */
async function transactions(db: Db): Promise<number> {
  const { rows } = await sql<{ done: string }>`
    select xact_commit + xact_rollback as done from pg_stat_database where datname = current_database()`.execute(
    db,
  );
  return Number(rows[0]?.done);
}

/** Changes one channel of some accounts, one after the other. @returns milliseconds until each was shown */
async function measureChanges(db: Db, streams: readonly WatchStream[]): Promise<number[]> {
  return Promise.all(
    streams.slice(0, CHANGES).map(async (stream, index) => {
      await sleep(index * 100);
      const began = performance.now();
      await tablesOf(db)
        .updateTable('channels')
        .set({ status: 'error', status_reason: 'service_error' })
        .where('account_id', '=', FIRST_ID + index)
        .where('slot', '=', 1)
        .execute();
      await stream.until(({ channels }) => channels.some(({ status }) => status === 'error'));
      return performance.now() - began;
    }),
  );
}
