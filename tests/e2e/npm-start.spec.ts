import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { LOCAL_API_URL } from '../../src/pack/build-stamp.ts';
import { PROJECT } from '../../src/pack/project.ts';
import { COVERAGE } from '../support/command-coverage.ts';
import { freePort } from '../support/free-port.ts';
import { PATIENCE } from '../support/patience.ts';
import { runCurl, withoutShell } from '../support/run-curl.ts';

/** The backend's address in the widget that the other tests use; another one would be another build. */
const BUILT_FOR = process.env.WIDGET_API_URL || LOCAL_API_URL;

/** What `npm run test:all` adds. */
const isAll = process.env.COMMANDS === 'all';

let dataDir: string;
let npm: ChildProcess | undefined;
/** Where the backend that was started last listens. */
let backend: number;

test.beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'npm-start-'));
});
test.afterEach(async () => {
  if (npm?.pid !== undefined && npm.exitCode === null && npm.signalCode === null) {
    const ended = once(npm, 'close');
    // As Ctrl-C does: to npm, and to all that it started.
    if (process.platform === 'win32') npm.kill();
    else process.kill(-npm.pid, 'SIGINT');
    await ended;
  }
  npm = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs an npm script as the README says, with ports of its own. @returns the address it prints, and where it listens */
async function start(script: readonly string[], variables: Record<string, string | undefined>) {
  backend = await freePort();
  const emulator = await freePort();
  const development = await freePort();
  npm = spawn('npm', script, {
    cwd: PROJECT,
    env: {
      ...process.env,
      ...{ PORT: String(backend), EMULATOR_PORT: String(emulator) },
      ...{ DEV_PORT: String(development), DATA_DIR: dataDir },
      DATABASE_URL: undefined,
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    shell: process.platform === 'win32',
  });
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [npm.stdout, npm.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const address = /^ +(http:\S+)$/m.exec(output)?.[1];
      if (address !== undefined) resolve(address);
    });
  }
  npm.once('close', () => reject(new Error(output)));
  return { address: await promise, emulator };
}

/** The first two steps of the quick start. */
async function installIn(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('checkbox', { name: /privacy policy/ }).check();
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await page.getByRole('button', { name: 'Connect a chat account' }).click();
  await expect(page.getByRole('button', { name: 'Telegram' })).toBeVisible();
}

test('npm start prints an address where the widget is, and the documented addresses answer', async ({
  page,
}) => {
  test.setTimeout(120_000 * PATIENCE);
  const { address, emulator } = await start(['start'], { WIDGET_API_URL: BUILT_FOR });
  expect(address).toBe(`http://demo.kommo.localhost:${emulator}/settings/widgets/chat_connector/`);
  // The build of the other tests calls the usual port.
  await page.route(`${BUILT_FOR}/**`, (route) =>
    route.continue({
      url: route.request().url().replace(BUILT_FOR, `http://localhost:${backend}`),
    }),
  );
  await installIn(page, address);

  if (withoutShell() !== undefined) return;
  const origins = ['http://127.0.0.1:8080', 'https://connector.example.com'];
  for (const coverage of COVERAGE) {
    if (coverage.by !== 'product') continue;
    for (const command of coverage.commands) {
      const own = origins.reduce(
        (text, origin) => text.replace(origin, `http://127.0.0.1:${backend}`),
        command,
      );
      expect([command, await runCurl(own)]).toEqual([command, coverage.status]);
    }
  }
});

test('a stack whose lines nobody reads any more ends, and leaves no backend behind', async () => {
  test.setTimeout(120_000 * PATIENCE);
  const starting = start(['start'], { WIDGET_API_URL: BUILT_FOR });
  // As `npm start | head -1` does.
  await expect.poll(() => npm?.stdout).toBeTruthy();
  npm?.stdout?.once('data', () => {
    npm?.stdout?.destroy();
    npm?.stderr?.destroy();
  });
  await expect(starting).rejects.toThrow();
  await expect.poll(() => hasProcesses(npm?.pid ?? 0), { timeout: 20_000 * PATIENCE }).toBe(false);
});

/** Whether anything is left of what was started with this group of processes. */
function hasProcesses(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

if (isAll) {
  test('npm run dev prints the same address', async ({ page }) => {
    test.setTimeout(120_000 * PATIENCE);
    // It compiles the widget for itself.
    const { address, emulator } = await start(['run', 'dev'], { WIDGET_API_URL: undefined });
    expect(address).toBe(
      `http://demo.kommo.localhost:${emulator}/settings/widgets/chat_connector/`,
    );
    await installIn(page, address);
  });
}
