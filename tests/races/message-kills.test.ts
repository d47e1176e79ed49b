import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { sql } from 'kysely';
import type { Backend } from '../support/backends.ts';
import { testDatabaseKind } from '../support/database.ts';
import { drained, expectBalance } from '../support/message-balance.ts';
import { MessageTraffic } from '../support/message-traffic.ts';
import { raceSeed } from '../support/race-accounts.ts';
import { openReplicas, type Replicas } from '../support/replicas.ts';
import { slackTraffic } from '../support/slack-traffic.ts';
import { telegramTraffic } from '../support/telegram-traffic.ts';
import { evolutionTraffic, wahaTraffic } from '../support/whatsapp-traffic.ts';

/** The embedded database has one process, and no connections that could break. */
const IS_SHARED = testDatabaseKind() === 'postgres';
/** One kill each. More find rarer moments: `RACE_ROUNDS=100 npm test`. */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? (IS_SHARED ? 6 : 3));
const ROUND_MS = 60_000;
const LONGEST_PAUSE_MS = 1_500;
const CONVERSATIONS = 50;
/** Of either side, between two texts of a conversation. */
const PAUSE_MS = 8_000;

/** Numbers on WhatsApp keep a pace, too, but not that of a person. */
const HASTE = {
  WAHA_SECONDS_BETWEEN_MESSAGES: '0.05',
  EVOLUTION_SECONDS_BETWEEN_MESSAGES: '0.05',
};

const KILLS: (() => Promise<unknown>)[] = [
  () => restart(0),
  () => cutConnections(),
  () => restart(1),
  // While one of them is starting.
  () => Promise.all([restart(0), pause(randomInt(LONGEST_PAUSE_MS)).then(cutConnections)]),
  () => cutConnections(),
  // Nobody is left for a while.
  () => Promise.all(running.map((_, index) => restart(index))),
];

jest.setTimeout(5 * ROUND_MS + ROUNDS * ROUND_MS);

let replicas: Replicas;
let traffic: MessageTraffic | undefined;
let running: Backend[];

beforeAll(async () => {
  replicas = await openReplicas(raceSeed(1), HASTE);
  running = [await replicas.start()];
  if (IS_SHARED) running.push(await replicas.start());
});
afterAll(async () => {
  await traffic?.end();
  await replicas.close();
});

test(`${ROUNDS} kills, of replicas and of connections, lose no message and double none`, async () => {
  const { backends } = replicas;
  traffic = new MessageTraffic(backends, {
    ...{ count: CONVERSATIONS, pauseMs: PAUSE_MS },
    services: [telegramTraffic, wahaTraffic, evolutionTraffic, slackTraffic],
  });
  await traffic.open(replicaAt(0));
  const began = performance.now();
  traffic.begin();
  for (let round = 0; round < ROUNDS; round += 1) {
    await pause(randomInt(LONGEST_PAUSE_MS));
    await (IS_SHARED ? KILLS[round % KILLS.length]?.() : restart(0));
  }
  await traffic.end();
  await drained(backends, traffic);
  // After all that, both sides talk on.
  for (const one of traffic.conversations.slice(0, 3)) {
    expect(await traffic.answer(one)).toMatchObject({ status: 200 });
  }
  await drained(backends, traffic);
  const balance = await expectBalance(backends, traffic);
  report({ ...balance, kills: ROUNDS, seconds: Math.round((performance.now() - began) / 1_000) });
  expect(balance.delivered).toBeGreaterThanOrEqual(3);
});

function replicaAt(index: number): Backend {
  const replica = running[index % running.length];
  if (!replica) throw new Error('There is always a replica.');
  return replica;
}

async function restart(index: number): Promise<void> {
  running[index % running.length] = await replicas.restart(replicaAt(index));
}

/** As if the database had been restarted. */
async function cutConnections(): Promise<void> {
  const { db } = replicas.backends;
  if (!db) return;
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(db);
}

/** For whoever runs many rounds. */
function report(figures: object): void {
  if (process.env.RACE_ROUNDS !== undefined) {
    process.stdout.write(`message-kills: ${JSON.stringify(figures)}\n`);
  }
}
