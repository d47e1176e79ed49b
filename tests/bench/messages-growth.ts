import { sql } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';
import { type Figure, median, percentile } from './figures.ts';
import {
  type BenchBackend,
  type BenchChat,
  type MessageStage,
  openMessageStage,
  post,
} from './messages-stage.ts';
import { until } from './stage.ts';
import { type Sink, startSink } from './start-sink.ts';

const SMALL = 1_000;
const LARGE = 100_000;
/** Chats in which the messages are that are measured. */
const CHATS = 100;
const ROUNDS = 5;
const MESSAGES = 200;

const BOUND = 1.3;

/** In milliseconds: the 99th percentile of each, the median of the rounds. */
type Slowest = Record<'answers to Telegram' | 'answers to Kommo' | 'in' | 'out', number>;

/** Whether a client or a manager notices how many other conversations there are. */
export async function measureMessageGrowth(): Promise<Figure[]> {
  const stage = await openMessageStage({ chats: CHATS });
  const sink = await startSink(stage.emulator.port);
  try {
    const { db } = stage.postgres();
    const backend = await stage.start({ AMOJO_REQUESTS_PER_SECOND: '1000', ...sink.env });
    await fillConversations(db, CHATS, SMALL);
    await round(stage, backend, sink);
    const small = await slowest(stage, backend, sink);
    await fillConversations(db, SMALL, LARGE);
    await round(stage, backend, sink);
    const large = await slowest(stage, backend, sink);
    return (Object.keys(small) as (keyof Slowest)[]).map((name) => ({
      name: `${name}, p99 with ${LARGE.toLocaleString('en')} conversations`,
      value: large[name],
      unit: 'ms',
      yardstick: {
        name: `with ${SMALL.toLocaleString('en')} conversations`,
        value: small[name],
        atMost: BOUND,
      },
    }));
  } finally {
    sink.stop();
    await stage.close();
  }
}

/** Conversations from the `from`th to the `to`th, each with a message either way that was delivered. */
async function fillConversations(db: Db, from: number, to: number): Promise<void> {
  // As long and as hard to compress as what is sealed, under a key nobody has.
  const sealed = (parts: number) =>
    `'v1.k1.' || (select string_agg(md5((n * 100 + part)::text), '') from generate_series(1, ${parts}) as part)`;
  const numbers = `generate_series(${from + 1}, ${to}) as n`;
  const channel = '(select id, account_id, epoch from channels order by slot limit 1) as channel';
  await sql
    .raw(`insert into conversations (id, account_id, epoch, channel_id, person, person_mark, kommo_chat_id,
      kommo_person_id, seen_on)
    select md5('chat ' || n)::uuid, channel.account_id, channel.epoch, channel.id, ${sealed(5)}, md5(n::text),
      md5('kommo chat ' || n)::uuid::text, md5('kommo person ' || n)::uuid::text,
      current_date - (random() * 30)::integer
    from ${numbers}, ${channel}`)
    .execute(db);
  for (const direction of ['in', 'out']) {
    const [state, id] = direction === 'in' ? ['sent', 'kommo_id'] : ['delivered', 'service_id'];
    await sql
      .raw(`insert into messages (id, account_id, channel_id, conversation_id, direction, event, kind, key,
        ${id}, lane, state, reported, content, at, stored_at)
      select md5('${direction} message ' || n)::uuid, channel.account_id, channel.id, md5('chat ' || n)::uuid,
        '${direction}', 'message', 'text', '${direction} key ' || n, md5('${direction} id ' || n)::uuid::text,
        md5('chat ' || n)::uuid || ':${direction}', '${state}', 1, ${sealed(8)},
        now() - random() * interval '3 days', now() - random() * interval '3 days'
      from ${numbers}, ${channel}`)
      .execute(db);
  }
  await sql.raw('vacuum analyze conversations, messages').execute(db);
}

async function slowest(stage: MessageStage, backend: BenchBackend, sink: Sink): Promise<Slowest> {
  const rounds: Awaited<ReturnType<typeof round>>[] = [];
  for (let count = 0; count < ROUNDS; count += 1) rounds.push(await round(stage, backend, sink));
  const of = (pick: (one: (typeof rounds)[number]) => number[]) =>
    median(rounds.map((one) => percentile(pick(one), 0.99)));
  return {
    'answers to Telegram': of((one) => one.in.answers),
    'answers to Kommo': of((one) => one.out.answers),
    in: of((one) => one.in.carried),
    out: of((one) => one.out.carried),
  };
}

interface Latencies {
  answers: number[];
  carried: number[];
}

let rounds = 0;

/** Messages one after the other, by turns in either direction: the next once the one before has arrived. */
async function round(
  stage: MessageStage,
  { url }: BenchBackend,
  { arrivals }: Sink,
): Promise<Record<'in' | 'out', Latencies>> {
  rounds += 1;
  const chats = stage.chatsOf(0);
  const seen = { in: { answers: [], carried: [] }, out: { answers: [], carried: [] } } as Record<
    'in' | 'out',
    Latencies
  >;
  for (let index = 0; index < MESSAGES * 2; index += 1) {
    const direction = index % 2 === 0 ? 'in' : 'out';
    const chat = chats[index % chats.length] as BenchChat;
    const text = `${direction} ${rounds} ${index}`;
    const request = direction === 'in' ? stage.update(chat, text) : stage.hook(chat, text);
    const began = Date.now();
    seen[direction].answers.push(await post(url, request));
    await until(() => arrivals.some((one) => one.text === text));
    const at = arrivals.find((one) => one.text === text)?.at ?? Number.NaN;
    seen[direction].carried.push(at - began);
    arrivals.length = 0;
  }
  return seen;
}
