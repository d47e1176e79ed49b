import { type ChildProcess, spawn } from 'node:child_process';
import { watchTree } from './watch-tree.ts';

/*
 * node restart-on-change.ts <program> <folder>…: runs the program, and anew whenever something in the folders changes.
 * Node's own --watch follows files on Linux, and hears no more of one that an editor has replaced.
 */

const [program = '', ...folders] = process.argv.slice(2);
let isStopping = false;
let isRestarting = false;
let restarts = 0;
let child = start();

const unwatch = watchTree(folders, () => void restart());
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

function start(): ChildProcess {
  const started = spawn(process.execPath, [program], { stdio: 'inherit' });
  started.once('exit', (code) => {
    if (isStopping || isRestarting) return;
    // What fails before anything was changed is not mended by waiting.
    if (restarts === 0) process.exit(code ?? 1);
    process.stdout.write('It has ended, and starts again when something changes.\n');
  });
  return started;
}

async function restart(): Promise<void> {
  restarts += 1;
  if (isRestarting || isStopping) return;
  isRestarting = true;
  let done: number;
  do {
    done = restarts;
    await end(child);
    if (isStopping) return;
    child = start();
  } while (done !== restarts);
  isRestarting = false;
}

function stop(): void {
  if (isStopping) return;
  isStopping = true;
  unwatch();
  void end(child).then(() => process.exit(0));
}

async function end(running: ChildProcess): Promise<void> {
  if (running.exitCode !== null || running.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  running.once('exit', () => resolve());
  running.kill('SIGTERM');
  await promise;
}
