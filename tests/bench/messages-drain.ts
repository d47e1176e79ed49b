import { sql } from 'kysely';
import { createBareTable, startBare } from './bare.ts';
import { type Figure, median } from './figures.ts';
import { Load } from './load.ts';
import { arrivals, type BenchChat, type MessageStage, openMessageStage } from './messages-stage.ts';
import { until } from './stage.ts';
import { watchMemory } from './watch-process.ts';

const CHATS = 1_000;
const MESSAGES = { in: 10_000, out: 5_000 } as const;

/** The most it may be set to, so that the backend's own speed is measured. */
const AMPLE = '1000';
const PATIENCE_SECONDS = 900;
const AT_ONCE = 16;

type Direction = keyof typeof MESSAGES;

/** How fast a worker that comes late carries what has been accepted without it. */
export async function measureDrain(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const direction of ['in', 'out'] as const) {
    const stage = await openMessageStage({ chats: CHATS });
    try {
      figures.push(...(await drain(stage, direction)));
    } finally {
      await stage.close();
    }
  }
  return figures;
}

async function drain(stage: MessageStage, direction: Direction): Promise<Figure[]> {
  const { emulator } = stage;
  const count = MESSAGES[direction];
  const bare = await bareRate(stage, count);
  const web = await stage.start({ ROLE: 'web' });
  const chats = stage.chatsOf(0);
  const texts = await fill(stage, web.url, { direction, chats, count });
  emulator.world.recorder.clear();
  const worker = await stage.start({ ROLE: 'worker', AMOJO_REQUESTS_PER_SECOND: AMPLE });
  const memory = watchMemory(worker.pid, 250);
  await until(async () => (await countDue(stage)) === 0, PATIENCE_SECONDS);
  const seen = memory.stop();
  const came = arrivals(emulator, direction);
  const calls = emulator.requests().map(({ at }) => at);
  const seconds = (Math.max(...calls) - Math.min(...calls)) / 1000;
  const quarter = Math.ceil(seen.length / 4);
  const name = `${direction}, ${count.toLocaleString('en')} messages`;
  const early = median(seen.slice(quarter, 2 * quarter));
  return [
    { name: `${name}: time`, value: seconds, unit: 's' },
    {
      name: `${name}: speed`,
      value: count / seconds,
      unit: '/s',
      yardstick: { name: 'bare route, one insert', value: bare },
    },
    { name: `${name}: missing or out of order`, value: faults(texts, came), unit: '', bound: 0 },
    {
      name: `${name}: memory of the worker, most`,
      value: Math.max(...seen),
      unit: 'MB',
      yardstick: { name: 'in the second quarter', value: early },
    },
    {
      name: `${name}: memory, from the second quarter to the last`,
      value: median(seen.slice(-quarter)) - early,
      unit: 'MB',
      bound: 50,
    },
  ];
}

/** Inserts a second, of as many. */
async function bareRate(stage: MessageStage, count: number): Promise<number> {
  const { db, url } = stage.postgres();
  await createBareTable(db);
  const bare = await startBare(url);
  const load = new Load(bare.url, () => bare.insert, 204);
  const rate = await load.send(count);
  await load.close();
  await bare.stop();
  return rate;
}

/** @returns the texts of each chat, in order */
async function fill(
  stage: MessageStage,
  url: string,
  { direction, chats, count }: { direction: Direction; chats: BenchChat[]; count: number },
): Promise<string[][]> {
  const texts = chats.map((_, chat) =>
    Array.from({ length: count / chats.length }, (__, index) => `Backlog ${chat} ${index}`),
  );
  const at = (index: number) => {
    const chat = chats[index % chats.length];
    const text = texts[index % chats.length]?.[Math.floor(index / chats.length)];
    if (chat === undefined || text === undefined) throw new Error('There is no such message.');
    return { chat, text };
  };
  if (direction === 'in') {
    const load = new Load(url, (index) => stage.update(at(index).chat, at(index).text), 204);
    await load.send(count);
    await load.close();
    return texts;
  }
  let next = 0;
  const write = async () => {
    for (let index = next++; index < count; index = next++) {
      const { chat, text } = at(index);
      const id = chat.kommo.id;
      const { status } = await stage.emulator.chat('demo', { conversation_id: id, text });
      if (status !== 200) throw new Error(`Kommo's hook was answered ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
  return texts;
}

async function countDue(stage: MessageStage): Promise<number> {
  const { rows } = await sql<{ due: string }>`
    select count(*) as due from messages where due_at is not null`.execute(stage.postgres().db);
  return Number(rows[0]?.due);
}

/** Messages that did not come, or came before one that was sent earlier in their chat. */
function faults(texts: readonly string[][], came: ReadonlyMap<string, number>): number {
  const places = new Map([...came.keys()].map((text, place) => [text, place]));
  let count = 0;
  for (const ofChat of texts) {
    let last = -1;
    for (const text of ofChat) {
      const place = places.get(text);
      if (place === undefined || place < last) count += 1;
      last = Math.max(last, place ?? last);
    }
  }
  return count;
}
