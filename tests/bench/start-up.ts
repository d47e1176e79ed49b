import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from '../../src/emulator/emulator.ts';
import { spawnBackend } from '../support/backend-process.ts';
import { testEnvironment } from '../support/config.ts';
import { createScratchDatabase } from '../support/database.ts';
import type { Figure } from './figures.ts';

/** From the start of the process to its "ready": an empty database, and one that is there already. */
export async function measureStartUp(): Promise<Figure[]> {
  const emulator = await createEmulator();
  const directory = mkdtempSync(join(tmpdir(), 'chat-connector-'));
  const scratch = await createScratchDatabase({ isEmpty: true });
  const figures: Figure[] = [await measureEmulator()];
  const kinds = [
    { name: 'embedded database', env: { DATA_DIR: directory }, bound: undefined },
    { name: 'PostgreSQL', env: { DATABASE_URL: scratch.url }, bound: 3_000 },
  ];
  for (const { name, env, bound } of kinds) {
    for (const time of ['first', 'second']) {
      const began = performance.now();
      const backend = spawnBackend(testEnvironment(emulator.port, env));
      await backend.ready();
      figures.push({
        name: `${name}, ${time} start`,
        value: performance.now() - began,
        unit: 'ms',
        bound,
      });
      const asked = performance.now();
      backend.kill('SIGTERM');
      await backend.exited;
      const value = performance.now() - asked;
      figures.push({ name: `${name}, ${time} stop`, value, unit: 'ms', bound: 2_000 });
    }
  }
  rmSync(directory, { recursive: true, force: true });
  await scratch.drop();
  await emulator.close();
  return figures;
}

/** An emulator inside a test; the median, because the first one still loads its modules. */
async function measureEmulator(): Promise<Figure> {
  const took: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    const began = performance.now();
    const emulator = await createEmulator();
    took.push(performance.now() - began);
    await emulator.close();
  }
  const [value = Number.NaN] = took.sort((one, other) => one - other).slice(4);
  return { name: 'emulator in a test, start', value, unit: 'ms', bound: 150 };
}
