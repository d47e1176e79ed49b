import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { type Launched, launchBackend } from '../support/backend-process.ts';
import { testEnvironment } from '../support/config.ts';
import { copyEmbeddedDatabase } from '../support/database-template.ts';
import { FAULTS } from '../support/fault-table.ts';
import { figure, METRICS_TOKEN, scrape } from '../support/metrics.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(120_000);

/** A file system of its own that nobody else sees, which is gone with the process. */
const ISOLATED = ['--user', '--map-root-user', '--mount'];
/** The database has some 40 MB when it is empty. */
const MEGABYTES = 100;
const CALLS = 5;
/** A port on which no emulator listens. */
const NOBODY = 1;

/** Why no small file system can be made here; undefined when one can. */
function obstacle(): string | undefined {
  const mounts = [...ISOLATED, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'];
  const tried = spawnSync('unshare', mounts, { encoding: 'utf8' });
  return tried.status === 0 ? undefined : 'no file system can be mounted here';
}

const why = obstacle();
if (why === undefined) {
  test(
    'a full disk of the embedded database is said as one of PostgreSQL, and room is enough to go on',
    full,
  );
} else {
  test.skip(`a full disk of the embedded database is said (skipped: ${why})`, full);
}

async function full(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'chat-connector-full-'));
  const [template, disk] = [join(directory, 'template'), join(directory, 'disk')];
  await copyEmbeddedDatabase(template);
  const script = `mkdir '${disk}' && mount -t tmpfs -o size=${MEGABYTES}m tmpfs '${disk}' &&
    cp -R '${template}/.' '${disk}' && exec '${process.execPath}' src/server/main.js`;
  const environment = testEnvironment(NOBODY, { METRICS_TOKEN, DATA_DIR: disk });
  const backend = launchBackend('unshare', [...ISOLATED, 'sh', '-c', script], environment);
  try {
    await expectTold(backend, disk);
  } finally {
    backend.clear();
    await backend.exited;
    rmSync(directory, { recursive: true, force: true });
  }
}

async function expectTold({ pid, ready, log }: Launched, disk: string): Promise<void> {
  const url = await ready;
  const install = async (code: string) => {
    const query = `code=${code.padEnd(900, 'x')}&referer=${code}.kommo.com&from_widget=1`;
    return (await fetch(`${url}/kommo/oauth/callback?${query}`)).status;
  };
  const hooks = async () =>
    figure(await scrape(url), 'hooks_total', { kind: 'install', status: '5xx' });
  expect(await install('room')).toBe(200);
  const filler = `/proc/${pid}/root${disk}/filler`;
  fill(filler);
  // What is there of pages has room for some rows still.
  await waitFor(async () => (await install(`late${log.length}`)) === 503);
  for (let call = 0; call < CALLS; call += 1) await install(`none${call}`);
  expect(await hooks()).toBeGreaterThanOrEqual(CALLS);
  const [line] = FAULTS.diskFull.log;
  expect(log).toContainEqual(
    expect.objectContaining({
      level: line?.level,
      msg: line?.msg,
      code: 'storage_unavailable',
      err: expect.objectContaining({ code: '53100' }),
    }),
  );
  const { status } = await fetch(`${url}/health/ready`);
  expect(status).toBe(FAULTS.diskFull.ready);
  expect(figure(await scrape(url), 'database_up')).toBe(1);
  rmSync(filler);
  await waitFor(async () => (await install(`room${log.length}`)) === 200);
}

/** Writes until there is no room. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(64 * 1024);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
