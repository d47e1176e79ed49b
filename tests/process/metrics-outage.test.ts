import { jest } from '@jest/globals';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { type BackendProcess, spawnBackend } from '../support/backend-process.ts';
import { PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { createScratchDatabase } from '../support/database.ts';
import { figure, METRICS_TOKEN, scrape } from '../support/metrics.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(90_000);

/** What the database alone knows. */
const ASKED = ['oldest_waiting_message_seconds', 'dead_grants', 'jobs_waiting', 'channels'];

let emulator: Emulator;
let scratch: Awaited<ReturnType<typeof createScratchDatabase>>;
let proxy: TcpProxy;
let backend: BackendProcess;
let url: string;

beforeAll(async () => {
  emulator = await createEmulator();
  scratch = await createScratchDatabase();
  const address = new URL(scratch.url);
  proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port || 5432) });
  address.hostname = '127.0.0.1';
  address.port = String(proxy.port);
  const environment = testEnvironment(emulator.port, { METRICS_TOKEN });
  backend = spawnBackend({ ...environment, DATABASE_URL: address.href });
  url = await backend.ready();
  emulator.useBackend(PUBLIC_URL, url);
});

afterAll(async () => {
  backend.kill('SIGKILL');
  await backend.exited;
  await proxy.close();
  await scratch.drop();
  await emulator.close();
});

/** Several scrapes, one after the other, and what the slowest of them took. */
async function scrapeInTrouble(): Promise<void> {
  for (let count = 0; count < 3; count += 1) {
    const begunAt = performance.now();
    const samples = await scrape(url);
    expect(performance.now() - begunAt).toBeLessThan(4_000);
    expect(figure(samples, 'database_up')).toBe(0);
    expect(ASKED.filter((name) => figure(samples, name) !== undefined)).toEqual([]);
    expect(figure(samples, 'messages_total')).toBeDefined();
  }
}

async function isUpAgain(): Promise<boolean> {
  const samples = await scrape(url);
  return figure(samples, 'database_up') === 1 && figure(samples, 'jobs_waiting') !== undefined;
}

test.each<[string, (proxy: TcpProxy) => Promise<void> | void]>([
  ['refuses connections', ({ cut }) => cut()],
  ['swallows what is sent', ({ swallow }) => swallow()],
])('while the database %s, a scrape is answered without its figures', async (_how, trouble) => {
  await waitFor(isUpAgain, 30_000);
  await trouble(proxy);
  await scrapeInTrouble();
  await proxy.restore();
  await waitFor(isUpAgain, 40_000);
});
