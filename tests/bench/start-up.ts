import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from '../../src/emulator/emulator.ts';
import { spawnBackend } from '../support/backend-process.ts';
import { testEnvironment } from '../support/config.ts';
import { createScratchDatabase } from '../support/database.ts';
import { startBare } from './bare.ts';
import { type Figure, median } from './figures.ts';

/** How often a database that is there already is started on. */
const TIMES = 5;

/** What a start took until "ready", and what its end took. */
interface Took {
  start: number;
  stop: number;
}

/** From the start of the process to its "ready": an empty database, and one that is there already. */
export async function measureStartUp(): Promise<Figure[]> {
  const emulator = await createEmulator();
  const directory = mkdtempSync(join(tmpdir(), 'chat-connector-'));
  const scratch = await createScratchDatabase({ isEmpty: true });
  try {
    const bare: number[] = [];
    for (let time = 0; time < TIMES; time += 1) bare.push(await timeBareStart(scratch.url));
    const yardstick = { name: 'bare route, start', value: median(bare) };
    const on = (env: Record<string, string>) => run(testEnvironment(emulator.port, env));
    const figures: Figure[] = [];
    for (const { name, env, bounds } of [
      { name: 'PostgreSQL', env: { DATABASE_URL: scratch.url }, bounds: [3_000, 1_000, 5_000] },
      {
        name: 'embedded database',
        env: { DATA_DIR: directory },
        bounds: [undefined, 3_000, 2_000],
      },
    ]) {
      const first = await on(env);
      const later: Took[] = [];
      for (let time = 0; time < TIMES; time += 1) later.push(await on(env));
      const [ofFirst, ofLater, ofStop] = bounds;
      figures.push(
        {
          name: `${name}, empty: start`,
          value: first.start,
          unit: 'ms',
          how: 'from the start of the process to its "ready", once',
          yardstick,
          ...(ofFirst !== undefined && { bound: ofFirst }),
        },
        {
          name: `${name}, with data: start`,
          value: median(later.map(({ start }) => start)),
          unit: 'ms',
          yardstick,
          ...(ofLater !== undefined && { bound: ofLater }),
        },
        {
          name: `${name}: stop, longest`,
          value: Math.max(first.stop, ...later.map(({ stop }) => stop)),
          unit: 'ms',
          how: 'from SIGTERM to the end of the process, with the notice that balancers are given',
          ...(ofStop !== undefined && { bound: ofStop }),
        },
      );
    }
    return [...figures, await measureEmulator()];
  } finally {
    rmSync(directory, { recursive: true, force: true });
    await scratch.drop();
    await emulator.close();
  }
}

async function timeBareStart(databaseUrl: string): Promise<number> {
  const bare = await startBare(databaseUrl);
  await bare.stop();
  return bare.startedInMs;
}

async function run(env: Record<string, string | undefined>): Promise<Took> {
  const began = performance.now();
  const backend = spawnBackend(env);
  await backend.ready();
  const start = performance.now() - began;
  const asked = performance.now();
  backend.kill('SIGTERM');
  await backend.exited;
  return { start, stop: performance.now() - asked };
}

/** An emulator inside a test; the median, because the first one still loads its modules. */
async function measureEmulator(): Promise<Figure> {
  const took: number[] = [];
  const bare: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    const began = performance.now();
    const emulator = await createEmulator();
    took.push(performance.now() - began);
    await emulator.close();
    bare.push(await timeHttpServer());
  }
  return {
    name: 'emulator in a test: start',
    value: median(took),
    unit: 'ms',
    how: 'in the process of a test, median of 9',
    bound: 150,
    yardstick: { name: 'a bare HTTP server, start', value: median(bare) },
  };
}

async function timeHttpServer(): Promise<number> {
  const began = performance.now();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const took = performance.now() - began;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return took;
}
