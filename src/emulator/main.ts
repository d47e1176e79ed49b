import { existsSync } from 'node:fs';
import {
  HELP,
  openFile,
  readAnswers,
  readBackend,
  readModules,
  readOptions,
  readPort,
  readSeed,
  UsageError,
} from './command-line.ts';
import { createEmulator } from './emulator.ts';
import { tellPages } from './page/host/open-pages.ts';
import { offersModule } from './page/host/vendor-modules.ts';
import { countErrors, describeProblem, verdictOf } from './upload/problem.ts';
import { loadWidget } from './upload/widget-folder.ts';
import { watchWidget } from './watch-widget.ts';

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) return print(HELP);
  if (options.check) return check(options.widget);
  const port = readPort(options.port);
  const backend = options.backend === undefined ? undefined : readBackend(options.backend);
  const modules = readModules(options.module);
  const answers = readAnswers(options.answer);
  if (options.watch && (options.widget === undefined || !existsSync(options.widget))) {
    throw new UsageError('--watch needs --widget <folder|zip>.');
  }
  const file = options['state-file'] === undefined ? undefined : openFile(options['state-file']);
  const emulator = await createEmulator({
    port,
    modules,
    answers,
    ...(options.seed !== undefined && { seed: readSeed(options.seed) }),
    ...(options.widget !== undefined && { widget: options.widget }),
    ...(file?.state !== undefined && { state: file.state }),
    ...(file !== undefined && { onChange: file.save }),
  }).catch((error: unknown) => {
    throw toUsage(error, port);
  });
  if (backend !== undefined) emulator.useBackend(backend);
  if (options.widget !== undefined) await report(options.widget);
  for (const { name, file: from } of modules) {
    if (offersModule(name)) print(`note  ${from} is used in place of Kommo's own ${name}\n`);
  }
  const [account] = emulator.state.accounts;
  print(
    `Emulated Kommo: http://${account?.subdomain}.kommo.localhost:${emulator.port}/settings/widgets/\n`,
  );
  const unwatch =
    options.watch && options.widget !== undefined
      ? watchWidget(options.widget, () => tellPages(emulator.world, 'reload', {}))
      : undefined;
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    file?.flush();
    unwatch?.();
    void emulator.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
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
