import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createEmulator } from './emulator.ts';
import type { Seed } from './kommo/seed.ts';
import { openStateFile, type StateFile } from './kommo/state-file.ts';
import { countErrors, describeProblem, verdictOf } from './upload/problem.ts';
import { loadWidget } from './upload/widget-folder.ts';

const HELP = `Opens any Kommo or amoCRM widget in an emulated Kommo on this machine.

  npm run emulator -- [options]

  --widget <folder|zip>  the widget to show
  --check                only say what Kommo would refuse in the widget; exit 1 if anything
  --port <number>        where to listen (9000; 0 for any free port)
  --backend <url>        the integration's backend (http://localhost:8080): its redirect URI is
                         <url>/kommo/oauth/callback, its disable hook <url>/kommo/disabled
  --seed <file.json>     accounts, users, pipelines, integrations, channels and switches to start from
  --state-file <file>    keep the state there over restarts
  --help                 this text

Once it runs: the account's integrations page is at http://demo.kommo.localhost:<port>/settings/widgets/ ,
the remote control at http://kommo.localhost:<port>/__emulator/state (requests, log, faults, switches …).
`;

const OPTIONS = {
  widget: { type: 'string' },
  check: { type: 'boolean', default: false },
  port: { type: 'string', default: '9000' },
  backend: { type: 'string' },
  seed: { type: 'string' },
  'state-file': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** A mistake on the command line, reported in one line. */
class UsageError extends Error {}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) return print(HELP);
  if (options.check) return check(options.widget);
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError('--port: 0 to 65535 is expected.');
  }
  const backend = options.backend === undefined ? undefined : readBackend(options.backend);
  const file = options['state-file'] === undefined ? undefined : openFile(options['state-file']);
  const emulator = await createEmulator({
    port,
    ...(options.seed !== undefined && { seed: readSeed(options.seed) }),
    ...(options.widget !== undefined && { widget: options.widget }),
    ...(file?.state !== undefined && { state: file.state }),
    ...(file !== undefined && { onChange: file.save }),
  }).catch((error: unknown) => {
    throw toUsage(error, port);
  });
  if (backend !== undefined) emulator.useBackend(backend);
  if (options.widget !== undefined) await report(options.widget);
  const [account] = emulator.state.accounts;
  print(
    `Emulated Kommo: http://${account?.subdomain}.kommo.localhost:${emulator.port}/settings/widgets/\n`,
  );
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    file?.flush();
    void emulator.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee --help.`);
  }
}

function openFile(path: string): StateFile {
  try {
    return openStateFile(path);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readSeed(path: string): Seed {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Seed;
  } catch (error) {
    throw new UsageError(`--seed ${path}: ${(error as Error).message}`);
  }
}

function readBackend(url: string): string {
  const isOrigin = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isOrigin) throw new UsageError('--backend: an http or https address is expected.');
  return new URL(url).origin;
}

function toUsage(error: unknown, port: number): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'EADDRINUSE')
    return new UsageError(`Port ${port} is taken; choose another by --port.`);
  if (code === 'EACCES') return new UsageError(`Port ${port} may not be used; choose another.`);
  const isSeed = error instanceof Error && error.message.startsWith('The seed');
  return isSeed ? new UsageError(error.message) : error;
}

/** Prints what the upload would say of the widget; what moderation says is for --check. */
async function report(path: string): Promise<void> {
  const { problems } = await loadWidget(path);
  for (const problem of problems) print(`${describeProblem(problem)}\n`);
}

async function check(path: string | undefined): Promise<void> {
  if (path === undefined) throw new UsageError('--check needs --widget <folder|zip>.');
  // Loaded only here: the parsers it brings would make every start of the emulator slower.
  const { judgeWidget } = await import('./upload/judge-widget.ts');
  const problems = await judgeWidget(path);
  for (const problem of problems) print(`${describeProblem(problem)}\n`);
  print(`${verdictOf(problems)}\n`);
  if (countErrors(problems) > 0) process.exitCode = 1;
}

function print(text: string): void {
  process.stdout.write(text);
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${isUsage ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
