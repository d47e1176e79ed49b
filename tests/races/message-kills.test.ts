import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { sql } from 'kysely';
import type { Backend } from '../support/backends.ts';
import { drained, expectBalance } from '../support/message-balance.ts';
import { MessageTraffic } from '../support/message-traffic.ts';
import { raceSeed } from '../support/race-accounts.ts';
import { openReplicas, type Replicas } from '../support/replicas.ts';

/** One kill each. More find rarer moments: `RACE_ROUNDS=100 npm test`. */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 8);
const ROUND_MS = 60_000;
const LONGEST_PAUSE_MS = 1_500;

jest.setTimeout(5 * ROUND_MS + ROUNDS * ROUND_MS);

let replicas: Replicas;
/** What is running, and what is about to. */
let running: Promise<Backend>[];

beforeAll(async () => {
  replicas = await openReplicas(raceSeed(1));
  running = [replicas.start()];
  await running[0];
  if (replicas.backends.db) running.push(replicas.start());
});
afterAll(() => replicas.close());

test(`${ROUNDS} kills of replicas and of the database's connections lose no message and double none`, async () => {
  const { backends } = replicas;
  const [first] = await Promise.all(running);
  if (!first) throw new Error('There is a replica.');
  const traffic = new MessageTraffic(backends, { count: 50, pauseMs: 3_000 });
  await traffic.open(first);
  const began = performance.now();
  traffic.begin();
  for (let round = 0; round < ROUNDS; round += 1) {
    await pause(randomInt(LONGEST_PAUSE_MS));
    await kill(round);
  }
  await Promise.all(running);
  await traffic.end();
  await drained(backends, traffic);
  const balance = await expectBalance(backends, traffic);
  report({ ...balance, kills: ROUNDS, seconds: Math.round((performance.now() - began) / 1_000) });
  // Most of it went through while all this happened.
  expect(balance.delivered).toBeGreaterThan(0.5 * balance.accepted);
});

/** One replica, the other, the database. A replica that is starting may be hit by what comes next. */
async function kill(round: number): Promise<void> {
  const { db } = replicas.backends;
  const target = round % (running.length + 1);
  if (target === running.length) {
    if (db) await cutConnections();
    return;
  }
  const replica = await running[target];
  if (replica) running[target] = replicas.restart(replica);
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
