import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';
import { createBareTable } from './bare.ts';
import type { Figure } from './figures.ts';
import { atRate, type MessageStage, openMessageStage, post } from './messages-stage.ts';
import { until } from './stage.ts';

const CHATS = 50;
const PER_SECOND = 20;
const SECONDS = 15;
const MESSAGES = PER_SECOND * SECONDS;

/** A session that is idle tells PostgreSQL's statistics what it did within ten seconds. */
const SETTLE_MS = 12_000;

/** Less than one in a hundred messages: upkeep that fell into the time. */
const NOTABLE = 0.01;

/** What PostgreSQL had to write so far: rows by table, and bytes of its log, of the whole server. */
interface Written {
  rows: Map<string, number>;
  bytes: number;
}

/** What one message costs the database from its webhook until it is delivered, beside what it costs to do nothing. */
export async function measureWrites(): Promise<Figure[]> {
  const stage = await openMessageStage({ chats: CHATS });
  try {
    const { url } = await stage.start({ AMOJO_REQUESTS_PER_SECOND: '200' });
    await sleep(SETTLE_MS);
    const { db } = stage.postgres();
    await createBareTable(db);
    const idle = await during(db, () => sleep(SECONDS * 1000));
    const received = await during(db, () => receive(stage, url));
    const sent = await during(db, () => send(stage));
    const bare = await during(db, () => insertBare(db));
    const idleSeconds = SECONDS + SETTLE_MS / 1000;
    return [
      ...figuresOf('in', received, { idle, bare }),
      ...figuresOf('out', sent, { idle, bare }),
      { name: 'idle: rows a second', value: sumOf(idle.rows) / idleSeconds, unit: '' },
      { name: 'idle: log a second', value: idle.bytes / idleSeconds, unit: 'bytes' },
    ];
  } finally {
    await stage.close();
  }
}

/** The yardstick: as many inserts of raw SQL, of about the same length. */
async function insertBare(db: Db): Promise<void> {
  const body = JSON.stringify({ text: 'As long as what a client writes. '.repeat(10) });
  await atRate(PER_SECOND, SECONDS, () =>
    sql`insert into bare_messages (body) values (${body})`.execute(db),
  );
}

async function receive(stage: MessageStage, url: string): Promise<void> {
  const chats = stage.chatsOf(0);
  await atRate(PER_SECOND, SECONDS, async (index) => {
    const chat = chats[index % chats.length];
    if (chat) await post(url, stage.update(chat, `Received ${index}`));
  });
  await delivered(stage);
}

async function send(stage: MessageStage): Promise<void> {
  const chats = stage.chatsOf(0);
  await atRate(PER_SECOND, SECONDS, async (index) => {
    const id = chats[index % chats.length]?.kommo.id ?? '';
    await stage.emulator.chat('demo', { conversation_id: id, text: `Sent ${index}` });
  });
  await delivered(stage);
}

async function delivered(stage: MessageStage): Promise<void> {
  await until(async () => {
    const { rows } = await sql<{ due: string }>`
      select count(*) as due from messages where due_at is not null`.execute(stage.postgres().db);
    return Number(rows[0]?.due) === 0;
  });
}

async function during(db: Db, work: () => Promise<unknown>): Promise<Written> {
  const before = await look(db);
  await work();
  await sleep(SETTLE_MS);
  const after = await look(db);
  const rows = [...after.rows].map(
    ([table, count]) => [table, count - (before.rows.get(table) ?? 0)] as const,
  );
  return { rows: new Map(rows), bytes: after.bytes - before.bytes };
}

async function look(db: Db): Promise<Written> {
  const tables = await sql<{ name: string; count: string }>`
    select case schemaname when 'public' then '' else schemaname || '.' end || relname as name,
      n_tup_ins + n_tup_upd + n_tup_del as count
    from pg_stat_user_tables`.execute(db);
  const log = await sql<{ bytes: string }>`
    select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes`.execute(db);
  return {
    rows: new Map(tables.rows.map(({ name, count }) => [name, Number(count)])),
    bytes: Number(log.rows[0]?.bytes),
  };
}

function figuresOf(
  direction: string,
  written: Written,
  { idle, bare }: Record<'idle' | 'bare', Written>,
): Figure[] {
  const tables = [...written.rows]
    .map(([table, count]) => ({ table, each: (count - (idle.rows.get(table) ?? 0)) / MESSAGES }))
    .filter(({ each }) => each > NOTABLE)
    .sort((one, other) => other.each - one.each);
  const all = (sumOf(written.rows) - sumOf(idle.rows)) / MESSAGES;
  return [
    {
      name: `${direction}: rows written`,
      value: all,
      unit: 'each',
      bound: 4,
      yardstick: { name: 'bare insert', value: 1 },
    },
    ...tables.map(({ table, each }) => ({
      name: `${direction}: rows written in ${table}`,
      value: each,
      unit: 'each',
    })),
    {
      name: `${direction}: log written, of the whole server`,
      value: (written.bytes - idle.bytes) / MESSAGES,
      unit: 'bytes each',
      yardstick: { name: 'bare insert', value: (bare.bytes - idle.bytes) / MESSAGES },
    },
  ];
}

function sumOf(rows: ReadonlyMap<string, number>): number {
  return [...rows.values()].reduce((sum, count) => sum + count, 0);
}
