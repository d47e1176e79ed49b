import { type Figure, median, percentile } from './figures.ts';
import { insertAccounts } from './population.ts';
import { openStage, prepareDemo, type Stage } from './stage.ts';

const ROUNDS = 5;
const CALLS = 300;
const SMALL = 1_000;
const LARGE = 100_000;

/** Whether an administrator notices how many other accounts there are. */
export async function measureGrowth(): Promise<Figure[]> {
  const stage = await openStage();
  try {
    await prepareDemo(stage);
    await insertAccounts(stage.db, SMALL);
    await round(stage);
    const small = await slowest(stage);
    await insertAccounts(stage.db, LARGE);
    const large = await slowest(stage);
    return [
      {
        name: `a call with ${LARGE.toLocaleString('en')} accounts, p99`,
        value: large,
        unit: 'ms',
        yardstick: {
          name: `with ${SMALL.toLocaleString('en')} accounts`,
          value: small,
          atMost: 1.3,
        },
      },
    ];
  } finally {
    await stage.close();
  }
}

async function slowest(stage: Stage): Promise<number> {
  const rounds: number[] = [];
  for (let count = 0; count < ROUNDS; count += 1) {
    rounds.push(percentile(await round(stage), 0.99));
  }
  return median(rounds);
}

async function round(stage: Stage): Promise<number[]> {
  const latencies: number[] = [];
  for (let count = 0; count < CALLS; count += 1) {
    const { ms } = await stage.call({ path: '/messenger/channels' });
    latencies.push(ms);
  }
  return latencies;
}
