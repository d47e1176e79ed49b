import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeTemplates } from './support/database-template.ts';
import { findPostgres } from './support/find-postgres.ts';

const HELP = `npm test - every test: units, widget, server on the embedded database and (where a server is reachable)
on PostgreSQL, the finished package, and the whole story in a real browser.

  TEST_DATABASE_URL   postgres://… of a server where databases may be made and dropped
                      (default: PostgreSQL at 127.0.0.1:5432 as user postgres)
  BROWSER_PATH        a browser of your own
  HEADED=1            show the browser
  TRACE=1             record failed browser tests, for npx playwright show-trace
`;

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const RESULTS = `${PROJECT}test-results`;
const JEST_REPORT = `${RESULTS}/jest.json`;
const BROWSER_REPORT = `${RESULTS}/browser.json`;

/** How many tests ended how. A step that does not count tests counts as failed when it fails. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

if (process.argv.includes('--help')) process.stdout.write(HELP);
else await main();

async function main(): Promise<void> {
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const postgres = await findPostgres();
  const tallies: Tally[] = [];

  heading('Widget');
  const [isBuilt] = await Promise.all([run('src/pack/build.ts', []), warmUp(postgres)]);
  if (!isBuilt) tallies.push(oneFailure());

  const where = postgres === undefined ? 'embedded database only' : 'embedded and PostgreSQL';
  heading(`Units, widget, server (${where}), package`);
  tallies.push(await runJest(postgres));

  heading('The story in a browser');
  tallies.push(await runBrowser(isBuilt));

  if (postgres === undefined) {
    process.stdout.write(
      '\nPostgreSQL half SKIPPED: no server at 127.0.0.1:5432 lets user postgres in, and TEST_DATABASE_URL is not set.\n',
    );
  }
  const { passed, failed, skipped } = tallies.reduce(add);
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/** Does once what every test would do: compiles the backend's modules into Node's cache, makes the databases. */
async function warmUp(postgres: string | undefined): Promise<void> {
  process.env.NODE_COMPILE_CACHE = `${PROJECT}node_modules/.cache/node`;
  // Without configuration it ends at once, saying what is missing.
  await run('src/server/main.ts', [], { isQuiet: true });
  await makeTemplates(postgres);
}

async function runJest(postgres: string | undefined): Promise<Tally> {
  const projects = ['unit', 'widget', 'server-embedded'];
  if (postgres !== undefined) projects.push('server-postgres');
  const isOk = await run(
    'node_modules/jest/bin/jest.js',
    [
      '--config=tests/jest.config.mjs',
      '--json',
      `--outputFile=${JEST_REPORT}`,
      ...['--selectProjects', ...projects],
    ],
    {
      env: postgres === undefined ? {} : { TEST_DATABASE_URL: postgres },
      nodeOptions: ['--experimental-vm-modules', '--no-warnings'],
    },
  );
  return readReport(JEST_REPORT, isOk, (report) => ({
    passed: count(report.numPassedTests),
    // A file that cannot even be loaded has no tests to count.
    failed: count(report.numFailedTests) + count(report.numRuntimeErrorTestSuites),
    skipped: count(report.numPendingTests) + count(report.numTodoTests),
  }));
}

async function runBrowser(isBuilt: boolean | undefined): Promise<Tally> {
  if (!isBuilt) {
    process.stdout.write('The widget was not built, so there is nothing to open.\n');
    return oneFailure();
  }
  const isOk = await run(
    'node_modules/@playwright/test/cli.js',
    ['test', '--config=tests/playwright.config.ts'],
    { env: { PLAYWRIGHT_REPORT: BROWSER_REPORT } },
  );
  return readReport(BROWSER_REPORT, isOk, ({ stats }) => {
    const counts = (stats ?? {}) as Record<string, unknown>;
    return {
      passed: count(counts.expected),
      // A test that passes only when repeated is a failure nobody has understood yet.
      failed: count(counts.unexpected) + count(counts.flaky),
      skipped: count(counts.skipped),
    };
  });
}

/** Runs a script with this Node in the project's folder, its output going straight to the terminal. */
function run(
  script: string,
  args: readonly string[],
  {
    env = {},
    nodeOptions = [],
    isQuiet = false,
  }: { env?: Record<string, string>; nodeOptions?: string[]; isQuiet?: boolean } = {},
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(process.execPath, [...nodeOptions, script, ...args], {
    cwd: PROJECT,
    env: { ...process.env, ...env },
    stdio: isQuiet ? 'ignore' : ['ignore', 'inherit', 'inherit'],
  });
  child.once('error', () => resolve(false));
  child.once('close', (code) => resolve(code === 0));
  return promise;
}

function readReport(
  file: string,
  isOk: boolean,
  read: (report: Record<string, unknown>) => Tally,
): Tally {
  let tally: Tally;
  try {
    tally = read(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
  } catch {
    return oneFailure();
  }
  // The runner failed although no test did: a broken set-up must not look green.
  return isOk || tally.failed > 0 ? tally : add(tally, oneFailure());
}

function add(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

function oneFailure(): Tally {
  return { passed: 0, failed: 1, skipped: 0 };
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function heading(text: string): void {
  process.stdout.write(`\n== ${text}\n`);
}
