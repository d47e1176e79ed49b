import { timeBareInserts } from './bare.ts';
import { type Figure, percentile } from './figures.ts';
import { populationSeed, subdomainOf } from './population.ts';
import { openStage } from './stage.ts';

const CALLS = 200;
/** Calls under way at once: many accounts pressing Install after an announcement. */
const AT_ONCE = 4;

/** How soon Kommo's install call is answered while the token endpoint says nothing; Kommo waits three seconds. */
export async function measureInstallCalls(): Promise<Figure[]> {
  const stage = await openStage({ seed: populationSeed(CALLS) });
  stage.emulator.fault({ match: { path: '/oauth2/access_token' }, times: 0, action: 'hang' });
  try {
    const took: number[] = [];
    const accounts = Array.from({ length: CALLS }, (_, index) => subdomainOf(index));
    const press = async () => {
      for (let account = accounts.shift(); account; account = accounts.shift()) {
        const began = performance.now();
        const status = await stage.emulator.install(account);
        took.push(performance.now() - began);
        if (status !== 200) throw new Error(`The install call was answered ${status}.`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, press));
    const bare = await timeBareInserts(stage, { count: CALLS, atOnce: AT_ONCE });
    const figure = (name: string, part: number): Figure => ({
      name: `answer, ${name}`,
      value: percentile(took, part),
      unit: 'ms',
      yardstick: { name: `bare insert, ${name}`, value: percentile(bare, part) },
    });
    // Kommo waits three seconds.
    return [figure('p50', 0.5), { ...figure('p99', 0.99), bound: 500 }];
  } finally {
    stage.emulator.clearFaults();
    await stage.close();
  }
}
