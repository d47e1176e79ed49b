import { setTimeout as sleep } from 'node:timers/promises';
import { timeBareInserts } from './bare.ts';
import { type Figure, percentile } from './figures.ts';
import { installPopulation, populationSeed, subdomainOf } from './population.ts';
import { openStage, prepareDemo, type Stage } from './stage.ts';
import { processorSeconds, watchMemory } from './watch-process.ts';

const DIALOGS = 500;
const SECONDS = 120;
const ADMIN_EVERY_MS = 500;
const RETRY_PAUSE_MS = 1_000;
/** Before the storm: the administrator alone. */
const CALM_SECONDS = 10;

/** 500 open QR dialogs ask for two minutes as the widget does, while an administrator works. */
export async function measureQrStorm(): Promise<Figure[]> {
  const stage = await openStage({ seed: populationSeed(DIALOGS) });
  try {
    await prepareDemo(stage);
    await installPopulation(stage.emulator, stage.db, DIALOGS);
    const calm = await watchAdmin(stage, performance.now() + CALM_SECONDS * 1000);
    const bare = await timeBareInserts(stage, { count: 500 });
    const until = performance.now() + SECONDS * 1000;
    const pid = stage.backends[0]?.pid ?? 0;
    const memory = watchMemory(pid);
    const began = { at: performance.now(), spent: processorSeconds(pid) };
    const admin = watchAdmin(stage, until);
    const polls = await Promise.all(
      Array.from({ length: DIALOGS }, (_, index) => keepDialogOpen(stage, index, until)),
    );
    const latencies = polls.flatMap((calls) => calls.latencies);
    const refused = polls.reduce((sum, { failures }) => sum + failures, 0);
    const own = await admin;
    const seconds = (performance.now() - began.at) / 1000;
    const seen = memory.stop();
    return [
      { name: 'polls answered', value: latencies.length, unit: '' },
      { name: 'calls refused', value: refused, unit: '' },
      {
        name: 'a poll, p95',
        value: percentile(latencies, 0.95),
        unit: 'ms',
        yardstick: { name: 'bare insert without the storm, p95', value: percentile(bare, 0.95) },
      },
      {
        name: "admin's own calls, p95",
        value: percentile(own.latencies, 0.95),
        unit: 'ms',
        bound: 300,
        yardstick: { name: 'without the storm', value: percentile(calm.latencies, 0.95) },
      },
      { name: "admin's own calls that were refused", value: own.failures, unit: '', bound: 0 },
      {
        name: 'memory of the backend, most',
        value: Math.max(...seen),
        unit: 'MB',
        bound: 350,
        yardstick: { name: 'when it began', value: seen[0] ?? Number.NaN },
      },
      // Tells a slow backend from a machine that was busy with something else.
      {
        name: 'processor time of the backend, of one core',
        value: ((processorSeconds(pid) - began.spent) / seconds) * 100,
        unit: '%',
      },
    ];
  } finally {
    await stage.close();
  }
}

/** Milliseconds of the calls that were answered, and how many were not. */
interface Calls {
  latencies: number[];
  failures: number;
}

async function keepDialogOpen(stage: Stage, index: number, until: number): Promise<Calls> {
  const calls: Calls = { latencies: [], failures: 0 };
  // Nobody opens 500 dialogs in the same millisecond.
  await sleep((index / DIALOGS) * 10_000);
  let started: ReturnType<typeof JSON.parse>;
  while (started === undefined && performance.now() < until) {
    started = await tryCall(stage, calls, {
      method: 'POST',
      path: '/messenger/channels',
      body: { connector: 'waha' },
      subdomain: subdomainOf(index),
      expected: 201,
    });
  }
  // Only how a dialog is kept open is measured, not how it opens.
  calls.latencies = [];
  let attempt = started?.attempt;
  while (attempt !== undefined && performance.now() < until) {
    await sleep(attempt.poll_after_ms);
    const body = await tryCall(stage, calls, {
      path: `/connect/attempts/${attempt.id}`,
      bearer: started.attempt_key,
    });
    attempt = body?.attempt ?? attempt;
    if (!['starting', 'waiting'].includes(attempt.state)) break;
  }
  return calls;
}

async function watchAdmin(stage: Stage, until: number): Promise<Calls> {
  const calls: Calls = { latencies: [], failures: 0 };
  while (performance.now() < until) {
    await tryCall(stage, calls, { path: '/messenger/channels' });
    await sleep(ADMIN_EVERY_MS);
  }
  return calls;
}

/** One call, counted. One that fails is followed by the pause that the widget would make. */
async function tryCall(
  stage: Stage,
  calls: Calls,
  options: Parameters<Stage['call']>[0],
): Promise<ReturnType<typeof JSON.parse>> {
  try {
    const { body, ms } = await stage.call(options);
    calls.latencies.push(ms);
    return body;
  } catch (error) {
    calls.failures += 1;
    if (calls.failures === 1) process.stderr.write(`${error}\n`);
    await sleep(RETRY_PAUSE_MS);
    return undefined;
  }
}
