import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { sql } from 'kysely';
import type { Backend } from '../support/backends.ts';
import { found } from '../support/canaries.ts';
import { readSettings } from '../support/channels.ts';
import { testEnvironment } from '../support/config.ts';
import { testDatabaseKind } from '../support/database.ts';
import { drained, expectBalance } from '../support/message-balance.ts';
import { MessageTraffic } from '../support/message-traffic.ts';
import { METRICS_TOKEN } from '../support/metrics.ts';
import { MetricsWatch } from '../support/metrics-watch.ts';
import { raceAccount, raceSeed, raceToken } from '../support/race-accounts.ts';
import { openReplicas, type Replicas } from '../support/replicas.ts';
import { slackTraffic } from '../support/slack-traffic.ts';
import { telegramTraffic } from '../support/telegram-traffic.ts';
import {
  evolutionTraffic,
  FIRST_CLIENT,
  NUMBERS,
  wahaTraffic,
} from '../support/whatsapp-traffic.ts';

/** The embedded database has one process, and no connections that could break. */
const IS_SHARED = testDatabaseKind() === 'postgres';
/** One kill each. More find rarer moments: `RACE_ROUNDS=100 npm test`. */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? (IS_SHARED ? 6 : 3));
const ROUND_MS = 60_000;
const LONGEST_PAUSE_MS = 1_500;
const CONVERSATIONS = IS_SHARED ? 50 : 20;
/** Of either side, between two texts of a conversation. */
const PAUSE_MS = 8_000;

/** Numbers on WhatsApp keep a pace, too, but not that of a person. */
const ENVIRONMENT = {
  WAHA_SECONDS_BETWEEN_MESSAGES: '0.05',
  EVOLUTION_SECONDS_BETWEEN_MESSAGES: '0.05',
  METRICS_TOKEN,
};

/** Answers and messages that are counted one by one at the end. */
const COUNTED = 3;

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

/** Of one process: those of all routes, queues, services and outcomes, with buckets. */
const MOST_SERIES = 1_000;

const ACCOUNT = raceAccount(0);

jest.setTimeout(5 * ROUND_MS + ROUNDS * ROUND_MS);

let replicas: Replicas;
let traffic: MessageTraffic | undefined;
let metrics: MetricsWatch | undefined;
let running: Backend[];

beforeAll(async () => {
  replicas = await openReplicas(raceSeed(1), ENVIRONMENT);
  running = [await replicas.start()];
  if (IS_SHARED) running.push(await replicas.start());
});
afterAll(async () => {
  await metrics?.stop();
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
  metrics = new MetricsWatch(() => running);
  traffic.begin();
  for (let round = 0; round < ROUNDS; round += 1) {
    await pause(randomInt(LONGEST_PAUSE_MS));
    await (IS_SHARED ? KILLS[round % KILLS.length]?.() : restart(0));
  }
  await traffic.end();
  await drained(backends, traffic);
  // After all that, both sides talk on, and whoever is left counts every message.
  const counted = await countsOf(metrics);
  for (const one of traffic.conversations.slice(0, COUNTED)) {
    expect(await traffic.answer(one)).toMatchObject({ status: 200 });
    await traffic.write(one);
  }
  await drained(backends, traffic);
  expect(await countsOf(metrics)).toEqual(counted.map((count) => count + COUNTED));
  await metrics.stop();
  const balance = await expectBalance(backends, traffic);
  const seconds = Math.round((performance.now() - began) / 1_000);
  report({ ...balance, kills: ROUNDS, seconds, ...metrics.counts });
  expect(balance.delivered).toBeGreaterThanOrEqual(COUNTED);
});

test('meanwhile every scrape is what Prometheus reads, and counts nobody by name', async () => {
  if (metrics === undefined || traffic === undefined) throw new Error('There was no run.');
  const { scrapes, series } = metrics.counts;
  expect(scrapes).toBeGreaterThan(ROUNDS);
  expect(metrics.faults).toEqual([]);
  // With lists that are closed, series end, however many people write.
  expect(metrics.openLabels).toEqual([]);
  expect(series).toBeLessThan(MOST_SERIES);
  const names = await nameable(traffic);
  expect(Object.keys(names).length).toBeGreaterThan(CONVERSATIONS * 3);
  expect(found(metrics.words, names)).toEqual([]);
  const numbers = Object.entries(names).filter(([, name]) => metrics?.values.has(Number(name)));
  expect(numbers).toEqual([]);
});

/** Delivered to Kommo and to clients, as the replicas that run have counted. */
async function countsOf(watch: MetricsWatch): Promise<number[]> {
  const outcome = 'delivered';
  return [
    await watch.sum('messages_total', { direction: 'in', outcome }),
    await watch.sum('messages_total', { direction: 'out', outcome }),
  ];
}

/** Whatever of this run is a person's, an account's, a channel's or a secret, by what it is. */
async function nameable({ conversations, services }: MessageTraffic) {
  const { emulator } = replicas.backends;
  const { id, subdomain, admin } = ACCOUNT;
  const account = emulator.world.account(subdomain);
  const { channels } = await readSettings(replicaAt(0), raceToken(replicaAt(0), ACCOUNT));
  const texts = conversations.flatMap(({ wrote, answers }) => [
    ...wrote,
    ...answers.map(({ text }) => text),
  ]);
  const lists = {
    account: [id, subdomain, admin, account.amojo_id ?? '', account.name],
    person: account.users.map(({ name }) => name),
    client: conversations.map(({ client }) => `Client ${client}`),
    number: [
      ...Object.values(NUMBERS),
      ...conversations.map(({ client }) => FIRST_CLIENT + client),
    ],
    channel: channels.flatMap((channel) => [channel.id, channel.name, channel.account.external_id]),
    chat: emulator.state.chats.map((chat) => chat.id),
    text: texts,
    secret: [...emulator.world.secrets(), METRICS_TOKEN, ...settingsThatAreSecret()],
  };
  expect(services).toHaveLength(4);
  return Object.fromEntries(
    Object.entries(lists).flatMap(([what, values]) =>
      values.map((value, index) => [`${what} ${index}`, String(value)]),
    ),
  );
}

function settingsThatAreSecret(): string[] {
  const environment = testEnvironment(replicas.backends.emulator.port);
  return Object.entries(environment)
    .filter(([name]) => /SECRET|KEY/.test(name))
    .map(([, value]) => value ?? '');
}

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
