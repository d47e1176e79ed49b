import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DataDirInUse, lockDataDir } from '../../src/server/platform/database/data-dir-lock.ts';
import { waitFor } from '../support/wait-for.ts';

const PROCESS = fileURLToPath(new URL('../support/lock-process.ts', import.meta.url));
const RACES = 200;
/** Short enough for a test, and several of a claim's beats would not fit: only sure signs count. */
const WATCH_MS = 100;

describe('the lock on the embedded database', () => {
  let folder: string;
  let directory: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    directory = join(folder, 'nested', 'database');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function leftovers(): string[] {
    return readdirSync(dirname(directory));
  }

  test('refuses a second process, names the first, and is gone with it', async () => {
    const holder = startProcess(directory);
    expect(await holder.said).toBe('locked');
    await expect(lockDataDir(directory)).rejects.toThrow(DataDirInUse);
    await expect(lockDataDir(directory)).rejects.toThrow(`in use by process ${holder.pid} on `);
    await holder.kill();
    const release = await lockDataDir(directory);
    await expect(lockDataDir(directory)).rejects.toThrow(`in use by process ${process.pid} on `);
    release();
    expect(leftovers()).toEqual([]);
  });

  test('is no process id: not one of a dead, of another or of this very process', async () => {
    mkdirSync(dirname(directory), { recursive: true });
    for (const left of [
      '',
      'garbage',
      '0',
      '99999999',
      String(process.ppid),
      String(process.pid),
    ]) {
      writeFileSync(`${directory}.lock`, left);
      const release = await lockDataDir(directory);
      expect(existsSync(`${directory}.lock`)).toBe(false);
      release();
    }
  });

  test('holds under a path that is longer than the address of a socket may be', async () => {
    directory = join(folder, 'long'.repeat(30), 'database');
    const holder = startProcess(directory);
    expect(await holder.said).toBe('locked');
    await expect(lockDataDir(directory)).rejects.toThrow(`in use by process ${holder.pid} on `);
    await holder.kill();
    (await lockDataDir(directory))();
  });

  test('is one starter’s out of many, whatever was left behind', async () => {
    for (let race = 0; race < RACES; race += 1) {
      if (race % 10 === 0) {
        const left = startProcess(directory);
        await left.said;
        await left.kill();
      }
      const starters = await Promise.allSettled(
        Array.from({ length: 2 + (race % 3) }, () => lockDataDir(directory)),
      );
      const winners = starters.filter((starter) => starter.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const { value: release } of winners) release();
      expect(leftovers()).toEqual([]);
    }
  }, 120_000);

  test('is one process’s out of several that start at once on what a killed one left', async () => {
    for (let race = 0; race < 5; race += 1) {
      const left = startProcess(directory);
      await left.said;
      await left.kill();
      const starters = Array.from({ length: 4 }, () => startProcess(directory));
      const said = await Promise.all(starters.map((starter) => starter.said));
      expect(said.filter((word) => word === 'locked')).toHaveLength(1);
      await Promise.all(starters.map((starter) => starter.kill()));
    }
  }, 60_000);

  test('of a machine that cannot be asked holds for as long as it shows signs of life', async () => {
    (await lockDataDir(directory))();
    const foreign = `${directory}.lock.00000000.0123456789abcdef`;
    writeFileSync(foreign, '');
    const beat = setInterval(() => writeFileSync(foreign, ''), WATCH_MS / 10);
    await expect(lockDataDir(directory, WATCH_MS * 10)).rejects.toThrow(
      'in use by another process',
    );
    clearInterval(beat);
    const release = await lockDataDir(directory, WATCH_MS);
    expect(existsSync(foreign)).toBe(false);
    release();
  });

  const unshare = ['--pid', '--fork', '--kill-child'];
  const mayUnshare = spawnSync('unshare', [...unshare, 'true']).status === 0;
  if (!mayUnshare) {
    process.stderr.write(
      'Not tested: the lock across containers. This user may not unshare pids.\n',
    );
  }
  (mayUnshare ? test : test.skip)(
    'holds across containers, where every process has the same id',
    async () => {
      const container = ['unshare', ...unshare];
      const first = startProcess(directory, container);
      expect(await first.said).toBe('locked');
      const second = startProcess(directory, container);
      expect(await second.said).toMatch(/in use by process 1 on /);
      await expect(lockDataDir(directory)).rejects.toThrow('in use by process 1 on ');
      await first.kill();
      const third = startProcess(directory, container);
      await waitFor(async () => (await third.said) === 'locked');
      await third.kill();
      await second.kill();
    },
  );
});

/** A process that takes the lock and keeps it; `said` is `locked`, or why not. */
function startProcess(directory: string, [command, ...before]: string[] = []) {
  const call = [PROCESS, directory];
  const child = spawn(
    command ?? process.execPath,
    command === undefined ? call : [...before, process.execPath, ...call],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const said = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).once('line', said.resolve);
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    pid: child.pid,
    said: said.promise,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
