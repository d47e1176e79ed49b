import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirInUse, lockDataDir } from '../../../src/server/storage/data-dir-lock.ts';

describe('the lock on the embedded database', () => {
  let folder: string;
  let directory: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    directory = join(folder, 'nested', 'database');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses a second process and names the first', async () => {
    const holder = spawn(process.execPath, [
      '-e',
      'setInterval(() => {}, 1000); console.log("up")',
    ]);
    await once(holder.stdout, 'data');
    try {
      lockDataDir(directory)();
      writeFileSync(`${directory}.lock`, String(holder.pid));
      expect(() => lockDataDir(directory)).toThrow(DataDirInUse);
      expect(() => lockDataDir(directory)).toThrow(`in use by process ${holder.pid}`);
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    const release = lockDataDir(directory);
    expect(readFileSync(`${directory}.lock`, 'utf8')).toBe(String(process.pid));
    release();
  });

  it('is gone once released', () => {
    lockDataDir(directory)();
    expect(existsSync(`${directory}.lock`)).toBe(false);
  });

  it('takes over what a dead process or a half-written file left behind', () => {
    lockDataDir(directory)();
    for (const left of ['', 'garbage', '0', '-1', '99999999']) {
      writeFileSync(`${directory}.lock`, left);
      expect(lockDataDir(directory)).toBeInstanceOf(Function);
    }
  });
});
