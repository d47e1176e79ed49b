import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { createApi } from '../support/api.ts';
import { type Backend, type Backends, openBackends } from '../support/backends.ts';
import { drained, expectBalance } from '../support/message-balance.ts';
import { MessageTraffic } from '../support/message-traffic.ts';
import { raceAccount, raceSeed, raceToken } from '../support/race-accounts.ts';
import { type ReverseProxy, startReverseProxy } from '../support/reverse-proxy.ts';
import { slackTraffic } from '../support/slack-traffic.ts';
import { telegramTraffic } from '../support/telegram-traffic.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(300_000);

const CONVERSATIONS = 20;
/** Of either side, between two texts of a conversation. */
const PAUSE_MS = 1_500;
/** Between two looks of one reader at the settings. */
const READ_EVERY_MS = 40;
const READERS = 3;

let backends: Backends;
let proxy: ReverseProxy;

beforeAll(async () => {
  backends = await openBackends(raceSeed(1));
  proxy = await startReverseProxy();
});
afterAll(async () => {
  await backends.close();
  await proxy.close();
});

async function start(role: 'web' | 'worker'): Promise<Backend> {
  const started = await backends.start({ env: { ROLE: role }, calledAt: proxy.url });
  if (role === 'web') await proxy.add(started.url);
  return started;
}

/** What `systemctl restart` does: the old one ends, and then the new one starts. */
async function replace(old: Backend, role: 'web' | 'worker'): Promise<Backend> {
  expect(await old.stop()).toEqual({ code: 0, signal: null });
  proxy.remove(old.url);
  return start(role);
}

function startReading() {
  const statuses: number[] = [];
  const api = createApi(backends.emulator, proxy.url);
  let isOver = false;
  const readers = Array.from({ length: READERS }, async () => {
    while (!isOver) {
      const token = raceToken({ emulator: backends.emulator, api, waitFor }, raceAccount(0));
      statuses.push((await api('GET', '/messenger/settings', { token })).status);
      await pause(READ_EVERY_MS);
    }
  });
  return {
    statuses,
    stop: async () => {
      isOver = true;
      await Promise.all(readers);
    },
  };
}

test('replacing every process in turn fails no request, loses no message, doubles none and keeps the order', async () => {
  const web = [await start('web'), await start('web')];
  const worker = await start('worker');
  const client = {
    emulator: backends.emulator,
    api: createApi(backends.emulator, proxy.url),
    waitFor,
  };
  const traffic = new MessageTraffic(backends, {
    ...{ count: CONVERSATIONS, pauseMs: PAUSE_MS },
    services: [telegramTraffic, slackTraffic],
  });
  await traffic.open(client);
  const reading = startReading();
  traffic.begin();
  try {
    for (const one of web) await replace(one, 'web');
    await replace(worker, 'worker');
  } finally {
    await traffic.end();
    await reading.stop();
  }
  await drained(backends, traffic);

  expect(reading.statuses.length).toBeGreaterThan(100);
  expect(reading.statuses.filter((status) => status !== 200)).toEqual([]);
  expect(proxy.passed.filter(({ status }) => status === 0 || status >= 400)).toEqual([]);
  const balance = await expectBalance(backends, traffic);
  expect(balance).toMatchObject({ mayHaveArrived: 0, missed: 0 });
  // A busy machine may answer a hook after Kommo has stopped waiting. It was stored, as the proxy's list shows.
  expect(balance.accepted + balance.foundLater).toBe(balance.written);
  expect(balance.delivered).toBe(balance.written);
  expect(Math.min(balance.received, balance.delivered)).toBeGreaterThan(CONVERSATIONS * 5);
});
