import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeTemplates } from './support/database-template.ts';
import { connectionsOf, findPostgres } from './support/find-postgres.ts';
import { browserFiles, jestFiles, processorSeconds, slowest } from './support/run-report.ts';

const HELP = `npm test - units, widget, the finished package, the server on a real database, and the whole story in a
real browser. Where a PostgreSQL server is reachable, it has every test of the server, and the embedded database
repeats what depends on it; elsewhere the embedded one has all that it can run.

  npm run test:all         both databases in full, and races and kills in many rounds
  npm test -- --only=…     parts of it, with commas between: unit, widget, server, browser
  npm test -- --shard=1/2  the first half of each part

  TEST_DATABASE_URL   postgres://… of a server where databases may be made and dropped
                      (default: PostgreSQL at 127.0.0.1:5432 as user postgres)
  RACE_ROUNDS=100     rounds of every race and kill
  BROWSER_PATH        a browser of your own
  HEADED=1            show the browser
  TRACE=1             record failed browser tests, for npx playwright show-trace
`;

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const RESULTS = `${PROJECT}test-results`;
const JEST_REPORT = `${RESULTS}/jest.json`;
const BROWSER_REPORT = `${RESULTS}/browser.json`;
/** Rounds of `npm run test:all`, where the environment names none. */
const ALL_ROUNDS = '30';
/** Files that run side by side need so many connections each, those with two backends included. */
const CONNECTIONS_PER_WORKER = 33;
const PARTS = ['unit', 'widget', 'server', 'browser'];

/** How many tests ended how. A step that does not count tests counts as failed when it fails. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean' },
    all: { type: 'boolean', default: false },
    only: { type: 'string', default: PARTS.join(',') },
    shard: { type: 'string' },
  },
});
const parts = options.only.split(',');
const unknown = parts.filter((part) => !PARTS.includes(part));

if (options.help) process.stdout.write(HELP);
else if (unknown.length > 0) {
  process.stderr.write(`--only takes ${PARTS.join(', ')}; not ${unknown.join(', ')}\n`);
  process.exitCode = 1;
} else await main();

async function main(): Promise<void> {
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  process.env.NODE_COMPILE_CACHE = `${PROJECT}node_modules/.cache/node`;
  const postgres = await findPostgres();
  const began = performance.now();
  const isBrowserWanted = parts.includes('browser');

  // Side by side: much of the time each of them waits.
  const browser = isBrowserWanted ? runBrowser() : undefined;
  const tallies: Tally[] = [];
  if (parts.some((part) => part !== 'browser')) tallies.push(await runJest(postgres));
  if (browser !== undefined) {
    heading('The story in a browser');
    const { tally, print } = await browser;
    print();
    tallies.push(tally);
  }

  printCosts(performance.now() - began);
  if (postgres === undefined && parts.includes('server')) {
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
  // Without configuration it ends at once, saying what is missing.
  await run('src/server/main.js', [], { output: 'ignore' });
  await makeTemplates(postgres);
}

async function runJest(postgres: string | undefined): Promise<Tally> {
  const projects: string[] = parts.filter((part) => part === 'unit' || part === 'widget');
  const isFull = options.all || postgres === undefined;
  if (parts.includes('server')) {
    await warmUp(postgres);
    projects.push('server-embedded');
    if (postgres !== undefined) projects.push('server-postgres');
  }
  heading(
    `${parts.filter((part) => part !== 'browser').join(', ')}: ${describe(postgres, isFull)}`,
  );
  const isOk = await run(
    'node_modules/jest/bin/jest.js',
    [
      '--config=tests/jest.config.mjs',
      '--json',
      `--outputFile=${JEST_REPORT}`,
      ...shard(),
      ...(await fewerWorkers(postgres)),
      ...['--selectProjects', ...projects],
    ],
    {
      env: {
        ...(postgres !== undefined && { TEST_DATABASE_URL: postgres }),
        ...(isFull ? {} : { EMBEDDED: 'some' }),
        ...(options.all && { RACE_ROUNDS: process.env.RACE_ROUNDS ?? ALL_ROUNDS }),
      },
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

/** What a PostgreSQL server with few connections can take; otherwise jest.config.mjs decides. */
async function fewerWorkers(postgres: string | undefined): Promise<string[]> {
  if (postgres === undefined) return [];
  const most = Math.floor((await connectionsOf(postgres)) / CONNECTIONS_PER_WORKER);
  if (most >= availableParallelism() * 2) return [];
  return [`--maxWorkers=${Math.max(1, most)}`];
}

/** Keeps its output until `print`: the others write to the terminal at the same time. */
async function runBrowser(): Promise<{ tally: Tally; print: () => void }> {
  let output = '';
  const listen = (text: string) => {
    output += text;
  };
  const print = () => process.stdout.write(output);
  const isBuilt = await run('src/pack/build.ts', [], { output: listen });
  if (!isBuilt) {
    output += 'The widget was not built, so there is nothing to open.\n';
    return { tally: oneFailure(), print };
  }
  const isOk = await run(
    'node_modules/@playwright/test/cli.js',
    ['test', '--config=tests/playwright.config.ts', ...shard()],
    {
      env: { PLAYWRIGHT_REPORT: BROWSER_REPORT, ...(options.all && { COMMANDS: 'all' }) },
      output: listen,
    },
  );
  const tally = readReport(BROWSER_REPORT, isOk, ({ stats }) => {
    const counts = (stats ?? {}) as Record<string, unknown>;
    return {
      passed: count(counts.expected),
      // A test that passes only when repeated is a failure nobody has understood yet.
      failed: count(counts.unexpected) + count(counts.flaky),
      skipped: count(counts.skipped),
    };
  });
  return { tally, print };
}

function describe(postgres: string | undefined, isFull: boolean): string {
  if (postgres === undefined) return 'embedded database only';
  return isFull
    ? 'both databases in full'
    : 'PostgreSQL, and what depends on it on the embedded one';
}

function shard(): string[] {
  return options.shard === undefined ? [] : [`--shard=${options.shard}`];
}

/** What took long, so that the author of a test sees what it costs. */
function printCosts(milliseconds: number): void {
  heading('The slowest files, in seconds');
  const files = [...jestFiles(JEST_REPORT), ...browserFiles(BROWSER_REPORT)];
  for (const { name, seconds } of slowest(files, 10)) {
    process.stdout.write(`${seconds.toFixed(1).padStart(7)}  ${name}\n`);
  }
  const processor = processorSeconds();
  const worked = processor === undefined ? '' : `, ${Math.round(processor)} s of processors`;
  process.stdout.write(`\nTook ${Math.round(milliseconds / 1_000)} s${worked}\n`);
}

/** Runs a script with this Node in the project's folder; its output goes straight to the terminal, or elsewhere. */
function run(
  script: string,
  args: readonly string[],
  {
    env = {},
    nodeOptions = [],
    output = 'inherit',
  }: {
    env?: Record<string, string>;
    nodeOptions?: string[];
    output?: 'inherit' | 'ignore' | ((text: string) => void);
  } = {},
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const where = typeof output === 'function' ? 'pipe' : output;
  const child = spawn(process.execPath, [...nodeOptions, script, ...args], {
    cwd: PROJECT,
    env: { ...process.env, ...env },
    stdio: ['ignore', where, where],
  });
  if (typeof output === 'function') {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', output);
    }
  }
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
