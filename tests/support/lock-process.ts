import { lockDataDir } from '../../src/server/platform/database/data-dir-lock.ts';

const [, , directory = ''] = process.argv;

try {
  await lockDataDir(directory);
  process.stdout.write('locked\n');
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
// Until it is killed.
setInterval(() => undefined, 60_000);
