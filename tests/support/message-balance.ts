import { sql } from 'kysely';
import type { Message } from '../../src/emulator/kommo/chat-entities.ts';
import type { Backends } from './backends.ts';
import { call } from './emulator-client.ts';
import type { Conversation, MessageTraffic } from './message-traffic.ts';
import { tablesOf } from './tables.ts';
import { waitFor } from './wait-for.ts';

/** Left-over work may wait for its turn this long. */
const DRAIN_MS = 120_000;
/** Not at once: what was asked for shall be over, on a busy machine too. */
const ASK_AGAIN_MS = 3_000;

/** What a run came to. */
export interface Balance {
  /** Written by clients, all of which Kommo has. */
  received: number;
  /** Written by managers. */
  written: number;
  /** Hooks that were answered 200. */
  accepted: number;
  /** Messages that clients have. */
  delivered: number;
  /** Messages of which it is not known whether they arrived. */
  mayHaveArrived: number;
  /** Those of them that did. */
  arrivedAfterAll: number;
  /** Hooks that were not answered, or not 200: their messages arrived all the same. */
  foundLater: number;
  /** Hooks that were not answered, or not 200, and whose messages nobody saw. */
  missed: number;
  /** Clients' messages that their service told of after later ones. */
  toldLate: number;
  services: Record<string, { received: number; delivered: number }>;
}

/** Waits until nobody has anything left to do. */
export async function drained(backends: Backends, traffic: MessageTraffic): Promise<void> {
  let askedAt = Number.NEGATIVE_INFINITY;
  await waitFor(
    async () => {
      if (performance.now() - askedAt > ASK_AGAIN_MS) {
        for (const service of traffic.services) await service.retryNow?.();
        askedAt = performance.now();
      }
      return (await traffic.eventsWaiting()).length === 0;
    },
    DRAIN_MS,
    () => traffic.eventsWaiting(),
  );
  const { db } = backends;
  if (db) {
    await waitFor(async () => {
      const { rows } = await sql`select 1 from pgboss.job
        where name = 'compare-history' and state < 'completed' limit 1`.execute(db);
      return rows.length === 0;
    }, DRAIN_MS);
    await waitFor(async () => {
      const { rows } = await sql`select 1 from messages where due_at is not null limit 1`.execute(
        db,
      );
      return rows.length === 0;
    }, DRAIN_MS);
  }
  // An event that its service gave up would be waited for in vain.
  for (const service of traffic.services) await service.expectClean();
  await waitFor(
    () => traffic.conversations.every((one) => isSettled(traffic, one)),
    DRAIN_MS,
  ).catch((error: unknown) => {
    throw new Error(`Unsettled: ${unsettled(traffic).join('; ')}`, { cause: error });
  });
}

/** All of the client's messages are in Kommo, and each answer that was accepted has a fate. */
function isSettled(traffic: MessageTraffic, one: Conversation): boolean {
  const shown = traffic.shown(one);
  return (
    traffic.inKommo(one).length >= one.wrote.length &&
    one.answers.every(({ text, status }) => status !== 200 || shown.get(text)?.delivery)
  );
}

/** What `isSettled` misses, in words. */
function unsettled(traffic: MessageTraffic): string[] {
  return traffic.conversations.flatMap((one) => {
    const shown = traffic.shown(one);
    const arrived = traffic.inKommo(one).length;
    const open = one.answers.filter(
      ({ text, status }) => status === 200 && !shown.get(text)?.delivery,
    );
    if (arrived >= one.wrote.length && open.length === 0) return [];
    const answers = open.map(({ text }) => text).join(', ');
    return [
      `${one.service.name} ${one.name}: ${arrived} of ${one.wrote.length}, no status: ${answers}`,
    ];
  });
}

/** Compares what was written with what arrived, message by message. Call it when all is drained. */
export async function expectBalance(backends: Backends, traffic: MessageTraffic): Promise<Balance> {
  const balance: Balance = {
    ...{ received: 0, written: 0, accepted: 0, delivered: 0 },
    ...{ mayHaveArrived: 0, arrivedAfterAll: 0, foundLater: 0, missed: 0 },
    ...{ toldLate: 0, services: {} },
  };
  const storedAt = await storingTimes(backends);
  for (const one of traffic.conversations) {
    const before = balance.delivered;
    balance.toldLate += expectReceived(traffic, one, storedAt);
    balance.received += one.wrote.length;
    await expectAnswers(traffic, one, balance);
    const { name } = one.service;
    const { received, delivered } = balance.services[name] ?? { received: 0, delivered: 0 };
    balance.services[name] = {
      received: received + one.wrote.length,
      delivered: delivered + balance.delivered - before,
    };
  }
  await expectRows(backends, balance);
  await expectVerdicts(backends, traffic, balance);
  return balance;
}

/**
 * When what clients wrote was stored, by Kommo's `msgid`. Undefined where nobody can look into the database.
 */
async function storingTimes({ db }: Backends): Promise<Map<string, Date> | undefined> {
  if (db === undefined) return undefined;
  const rows = await tablesOf(db)
    .selectFrom('messages')
    .innerJoin('channels', 'channels.id', 'messages.channel_id')
    .select(['connector', 'external_id', 'key', 'stored_at'])
    .where('direction', '=', 'in')
    .execute();
  return new Map(
    rows.map((row) => [`${row.connector}:${row.external_id}:${row.key}`, row.stored_at]),
  );
}

/**
 * Each once, and in order. A service that does not wait until a message is taken may bring the next one first; then
 * Kommo has them as they came to us.
 *
 * @returns how many the service told of too late
 */
function expectReceived(
  traffic: MessageTraffic,
  one: Conversation,
  storedAt: ReadonlyMap<string, Date> | undefined,
): number {
  const messages = traffic.inKommo(one);
  const texts = messages.map(({ message }) => String(message.text));
  if (one.service.keepsOrder) {
    expect(texts).toEqual(one.wrote);
    return 0;
  }
  expect(texts.toSorted()).toEqual(one.wrote.toSorted());
  const late = messages.filter((message, index) =>
    messages.slice(0, index).some((before) => before.msec_timestamp > message.msec_timestamp),
  );
  const timeOf = ({ client_id: id }: Message) => storedAt?.get(id ?? '')?.getTime() ?? 0;
  for (const message of storedAt === undefined ? [] : late) {
    const overtaken = messages
      .slice(0, messages.indexOf(message))
      .filter((before) => before.msec_timestamp > message.msec_timestamp);
    // Stored after all that are before it, although it was written before them.
    expect(overtaken.filter((before) => timeOf(before) > timeOf(message))).toEqual([]);
    expect(timeOf(message)).toBeGreaterThan(0);
  }
  return late.length;
}

async function expectAnswers(
  traffic: MessageTraffic,
  one: Conversation,
  balance: Balance,
): Promise<void> {
  const arrived = await traffic.atClient(one);
  const has = new Set(arrived);
  expect(arrived).toHaveLength(has.size);
  const shown = traffic.shown(one);
  const isFailed = (text: string) => shown.get(text)?.delivery?.status === -1;
  const accepted = one.answers.filter(({ status }) => status === 200).map(({ text }) => text);
  const lost = accepted.filter((text) => !has.has(text) && !isFailed(text));
  expect(lost).toEqual([]);
  // What Kommo calls delivered is there.
  const untrue = one.answers.filter(({ text }) => {
    const status = shown.get(text)?.delivery?.status ?? 0;
    return status > 0 && !has.has(text);
  });
  expect(untrue).toEqual([]);
  // What was found later comes when it is found.
  const isAccepted = new Set(accepted);
  expect(arrived.filter((text) => isAccepted.has(text))).toEqual(
    accepted.filter((text) => has.has(text)),
  );
  balance.written += one.answers.length;
  balance.accepted += accepted.length;
  balance.delivered += arrived.length;
  const failed = one.answers.filter(({ text }) => isFailed(text));
  balance.mayHaveArrived += failed.length;
  balance.arrivedAfterAll += failed.filter(({ text }) => has.has(text)).length;
  const refused = one.answers.filter(({ status }) => status !== 200);
  const found = refused.filter(({ text }) => has.has(text) || isFailed(text));
  balance.foundLater += found.length;
  balance.missed += refused.length - found.length;
}

/** What failed failed for that one reason, and nothing stands about half done. */
async function expectRows({ db }: Backends, { mayHaveArrived }: Balance): Promise<void> {
  if (db === undefined) return;
  const rows = await tablesOf(db)
    .selectFrom('messages')
    .select(['direction', 'state', 'reason', sql<number>`count(*)::integer`.as('count')])
    .where('state', 'in', ['waiting', 'sending', 'failed'])
    .groupBy(['direction', 'state', 'reason'])
    .execute();
  expect(rows).toEqual(
    mayHaveArrived === 0
      ? []
      : [{ direction: 'out', state: 'failed', reason: 'may_have_arrived', count: mayHaveArrived }],
  );
}

async function expectVerdicts(
  { emulator }: Backends,
  traffic: MessageTraffic,
  { toldLate }: Balance,
): Promise<void> {
  const { json } = await call(emulator, '/__emulator/chats/judge', { host: '127.0.0.1' });
  expect(json).toMatchObject({
    same_text: { count: 0 },
    order_violations: { count: toldLate },
    statuses_back: { count: 0 },
    after_disconnect: { count: 0 },
    secrets_in_media: { count: 0 },
  });
  for (const service of traffic.services) await service.expectClean();
}
