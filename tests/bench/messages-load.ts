import { sql } from 'kysely';
import { Pool } from 'undici';
import { startBare, timeBareInserts } from './bare.ts';
import { type Figure, median, percentile } from './figures.ts';
import { Load, type LoadRequest } from './load.ts';
import type { Arrival } from './message-sink.ts';
import { atRate, type MessageStage, openMessageStage } from './messages-stage.ts';
import { connectOthers, type OtherService } from './other-services.ts';
import { until } from './stage.ts';
import { startSink } from './start-sink.ts';
import { processorSeconds, watchMemory } from './watch-process.ts';

const PER_SECOND = 200;
const WARM_UP_SECONDS = 10;
/** Chats of each service. */
const CHATS = 200;
const CONNECTIONS = 64;

/** Kommo waits so long for an answer, and sends a hook once. */
const LATE_MS = 5_000;
const PATIENCE_SECONDS = 600;

/** The most it may be set to, so that the backend's own speed is measured. */
const AMPLE = '1000';

/** Of ten messages: who brings each of them. Clients of four services, and managers. */
const TURNS = [
  ...(['telegram', 'kommo', 'telegram', 'waha', 'telegram'] as const),
  ...(['kommo', 'evolution', 'telegram', 'kommo', 'slack'] as const),
];
type Turn = (typeof TURNS)[number];

const BARE_MS = 3_000;

/** The bare route, one insert. */
interface BareInserts {
  /** Milliseconds of each, one after the other. */
  times: number[];
  /** As fast as it can. */
  perSecond: number;
  processorMs: number;
}

/** One message that was posted. */
interface Posted {
  turn: Turn;
  text: string;
  began: number;
  ms: number;
  /** 0: no answer at all. */
  status: number;
}

/**
 * 200 messages a second, of all services and both directions, accepted and carried by one process, for
 * `LOAD_MINUTES` (default 1).
 */
export async function measureLoad(): Promise<Figure[]> {
  const minutes = Number(process.env.LOAD_MINUTES ?? 1);
  const stage = await openMessageStage({ chats: CHATS });
  const sink = await startSink(stage.emulator.port);
  try {
    const bare = await measureBare(stage);
    const others = await connectOthers(stage.postgres().db, stage.emulator.port);
    const { url, pid } = await stage.start({ AMOJO_REQUESTS_PER_SECOND: AMPLE, ...sink.env });
    const pool = new Pool(url, { connections: CONNECTIONS });
    const say = speaker(stage, others, pool);
    const warm: Posted[] = [];
    await atRate(PER_SECOND, WARM_UP_SECONDS, async (index) => void warm.push(await say(index)));
    const memory = watchMemory(pid, 1_000);
    const spent = processorSeconds(pid);
    const posted: Posted[] = [];
    const began = performance.now();
    const first = WARM_UP_SECONDS * PER_SECOND;
    await atRate(
      PER_SECOND,
      minutes * 60,
      async (index) => void posted.push(await say(first + index)),
    );
    const seconds = (performance.now() - began) / 1000;
    const seen = memory.stop();
    const emptyAfter = await secondsUntilEmpty(stage);
    const spentMs = ((processorSeconds(pid) - spent) * 1000) / posted.length;
    await pool.close();
    const accepted = posted.filter(isAccepted).length / seconds;
    return [
      {
        name: `accepted of ${PER_SECOND} a second`,
        value: accepted,
        unit: '/s',
        least: PER_SECOND * 0.99,
        yardstick: { name: 'bare route, as fast as it can', value: bare.perSecond },
      },
      ...answersOf(posted, bare),
      ...carried([...warm, ...posted], posted, sink.arrivals, bare),
      { name: 'until nothing is left to do', value: emptyAfter, unit: 's', bound: 10 },
      {
        name: 'processor time of the backend, accepted and carried',
        value: spentMs,
        unit: 'ms each',
        yardstick: { name: 'bare insert', value: bare.processorMs },
      },
      ...memoryOf(seen),
    ];
  } finally {
    sink.stop();
    await stage.close();
  }
}

function isAccepted({ status }: Posted): boolean {
  return status === 200 || status === 204;
}

async function measureBare(stage: MessageStage): Promise<BareInserts> {
  const { db, url } = stage.postgres();
  const times = await timeBareInserts({ db, databaseUrl: url }, { count: 1_000 });
  const bare = await startBare(url);
  const load = new Load(bare.url, () => bare.insert, 204);
  await load.send(1_000);
  const spent = processorSeconds(bare.pid);
  const perSecond = await load.run(BARE_MS);
  const processorMs =
    ((processorSeconds(bare.pid) - spent) * 1000) / ((perSecond * BARE_MS) / 1000);
  await load.close();
  await bare.stop();
  return { times, perSecond, processorMs };
}

/** Lets whose turn it is say the next thing in one of their chats. */
function speaker(
  stage: MessageStage,
  others: readonly OtherService[],
  pool: Pool,
): (index: number) => Promise<Posted> {
  const chats = stage.chatsOf(0);
  const counts = new Map<string, number>();
  const said = new Map<Turn, number>();
  return async (index) => {
    const turn = TURNS[index % TURNS.length] ?? 'telegram';
    const nth = said.get(turn) ?? 0;
    said.set(turn, nth + 1);
    const client = nth % CHATS;
    const place = `${turn} ${client}`;
    const number = counts.get(place) ?? 0;
    counts.set(place, number + 1);
    const text = `${place} ${number}`;
    const request = requestOf(turn, client, text);
    const began = Date.now();
    const from = performance.now();
    const status = await post(pool, request);
    return { turn, text, began, ms: performance.now() - from, status };
  };

  function requestOf(turn: Turn, client: number, text: string): LoadRequest {
    const chat = chats[client % chats.length];
    if (chat === undefined) throw new Error('There is no chat.');
    if (turn === 'telegram') return stage.update(chat, text);
    if (turn === 'kommo') return stage.hook(chat, text);
    const service = others.find(({ name }) => name === turn);
    if (service === undefined) throw new Error(`There is no ${turn}.`);
    return service.update(client, text);
  }
}

async function post(pool: Pool, { path, headers, body }: LoadRequest): Promise<number> {
  try {
    const answer = await pool.request({
      method: 'POST',
      path,
      headers: headers ?? {},
      body: body ?? null,
    });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return 0;
  }
}

async function secondsUntilEmpty(stage: MessageStage): Promise<number> {
  const began = performance.now();
  await until(async () => {
    const { rows } = await sql<{ isLeft: boolean }>`
      select exists (select from messages where due_at is not null) as is_left`.execute(
      stage.postgres().db,
    );
    return rows[0]?.isLeft === false;
  }, PATIENCE_SECONDS);
  return (performance.now() - began) / 1000;
}

function answersOf(posted: readonly Posted[], bare: BareInserts): Figure[] {
  const of = (isKommo: boolean) =>
    posted.filter(({ turn }) => (turn === 'kommo') === isKommo).map(({ ms }) => ms);
  const late = posted.filter(({ ms }) => ms > LATE_MS).length;
  return [
    {
      name: 'webhooks not answered well',
      value: posted.filter((one) => !isAccepted(one)).length,
      unit: '',
      bound: 0,
    },
    { name: `webhooks answered after ${LATE_MS / 1000} s`, value: late, unit: '', bound: 0 },
    ...[false, true].flatMap((isKommo) => {
      const name = isKommo ? 'answers to Kommo' : 'answers to services';
      const figure = (which: string, part: number): Figure => ({
        name: `${name}: ${which}`,
        value: percentile(of(isKommo), part),
        unit: 'ms',
        yardstick: { name: `bare insert, ${which}`, value: percentile(bare.times, part) },
      });
      return [figure('p50', 0.5), { ...figure('p99', 0.99), bound: 1_000 }];
    }),
  ];
}

/** What became of all that was accepted, and how long what counts took. */
function carried(
  all: readonly Posted[],
  counted: readonly Posted[],
  arrivals: readonly Arrival[],
  bare: BareInserts,
): Figure[] {
  const came = new Map<string, number>();
  let twice = 0;
  let disordered = 0;
  const last = new Map<string, number>();
  for (const { chat, direction, text, at } of arrivals) {
    if (came.has(text)) twice += 1;
    else came.set(text, at);
    const number = Number(text.split(' ').at(-1));
    const lane = `${chat} ${direction}`;
    if (number < (last.get(lane) ?? -1)) disordered += 1;
    last.set(lane, number);
  }
  const missing = all.filter((one) => isAccepted(one) && !came.has(one.text)).length;
  const took = (direction: Arrival['direction']) =>
    counted
      .filter((one) => isAccepted(one) && (one.turn === 'kommo') === (direction === 'out'))
      .map(({ text, began }) => (came.get(text) ?? Number.NaN) - began);
  return [
    { name: 'accepted and not carried', value: missing, unit: '', bound: 0 },
    { name: 'carried twice', value: twice, unit: '', bound: 0 },
    { name: 'out of order within a conversation', value: disordered, unit: '', bound: 0 },
    ...(['in', 'out'] as const).flatMap((direction) =>
      (
        [
          ['p50', 0.5],
          ['p95', 0.95],
        ] as const
      ).map(([which, part]) => ({
        name: `${direction}, from the webhook to the call: ${which}`,
        value: percentile(took(direction), part),
        unit: 'ms',
        yardstick: { name: `bare insert, ${which}`, value: percentile(bare.times, part) },
      })),
    ),
  ];
}

function memoryOf(seen: readonly number[]): Figure[] {
  const third = Math.ceil(seen.length / 3);
  const [first, last] = [median(seen.slice(0, third)), median(seen.slice(-third))];
  return [
    {
      name: 'memory, last third',
      value: last,
      unit: 'MB',
      yardstick: { name: 'first third', value: first },
    },
    {
      name: 'memory, from the first third to the last',
      value: last - first,
      unit: 'MB',
      bound: 50,
    },
  ];
}
