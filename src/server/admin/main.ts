import { openTools } from './open-tools.ts';
import { runAdmin } from './run-admin.ts';

const EXIT_FAILURE = 1;

const warn = (text: string) => process.stderr.write(`${text}\n`);

try {
  const { exitCode, stdout, stderr } = await runAdmin(process.argv.slice(2), () =>
    openTools(process.env, (error) => warn(`A connection to the database failed: ${error}`)),
  );
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = exitCode;
} catch (error) {
  // Without what libraries hang on an error: it may repeat what is stored.
  warn(error instanceof Error ? (error.stack ?? error.message) : 'An unknown fault.');
  process.exitCode = EXIT_FAILURE;
}
