import { sql } from 'kysely';
import { startRoundTripProxy } from '../support/round-trips.ts';
import { createBareTable, startBare } from './bare.ts';
import { type Figure, median } from './figures.ts';
import { Load, type LoadRequest } from './load.ts';
import { type MessageStage, openMessageStage, post } from './messages-stage.ts';
import { until } from './stage.ts';
import { processorSeconds } from './watch-process.ts';

const CHATS = 1_000;
/** Before the first round: code that runs for the first time is slow. */
const WARM_UP = 1_000;
const ROUNDS = 5;
const ROUND_MS = 3_000;

const SUBJECTS = ['telegram', 'kommo'] as const;
const YARDSTICK = 'bare route, one insert';

/** What one run of a route gave. */
interface Run {
  perSecond: number;
  /** Of the server's processor, for each request. */
  processorMs: number;
}

/** How webhooks that are proven and stored compare with a route that does one insert and nothing else. */
export async function measureAccepting(): Promise<Figure[]> {
  const stage = await openMessageStage({ chats: CHATS });
  const { db, url: databaseUrl } = stage.postgres();
  await createBareTable(db);
  const bare = await startBare(databaseUrl);
  try {
    const requests = requestsOf(stage);
    const toBare = (index: number): LoadRequest => ({
      ...requests.telegram(index),
      path: '/messages',
    });
    const yardstick = { load: new Load(bare.url, toBare, 204), pid: bare.pid };
    const alone = await compare(stage, yardstick, 'web', ROUNDS);
    const working = await compare(stage, yardstick, 'all', 1);
    await yardstick.load.close();
    return [
      ...figuresOf(alone),
      ...SUBJECTS.map((name) => ({
        ...rateOf(working, name),
        name: `${name}, while the same process also carries: answers`,
        how: 'the same, one round',
      })),
      ...(await countQueries(stage)),
    ];
  } finally {
    await bare.stop();
    await stage.close();
  }
}

type Runs = Record<string, Run[]>;

function ratioOf(runs: Runs, name: string): number {
  return median(
    (runs[name] ?? []).map(
      ({ perSecond }, round) => perSecond / (runs.bare?.[round]?.perSecond ?? Number.NaN),
    ),
  );
}

function figuresOf(runs: Runs): Figure[] {
  const cost = (name: string) => median((runs[name] ?? []).map(({ processorMs }) => processorMs));
  return [
    ...SUBJECTS.map((name) => rateOf(runs, name, 0.5)),
    // Tells a slow backend from a machine that was busy with something else.
    ...SUBJECTS.map((name) => ({
      name: `${name}: processor time of the server`,
      value: cost(name),
      unit: 'ms each',
      yardstick: { name: YARDSTICK, value: cost('bare') },
    })),
  ];
}

function rateOf(runs: Runs, name: string, atLeast?: number): Figure {
  const rate = (of: string) => median((runs[of] ?? []).map(({ perSecond }) => perSecond));
  return {
    name: `${name}: answers`,
    value: rate(name),
    unit: '/s',
    yardstick: {
      name: YARDSTICK,
      value: rate('bare'),
      ratio: ratioOf(runs, name),
      ...(atLeast !== undefined && { atLeast }),
    },
  };
}

/** Runs the bare route and both webhooks in turn. */
async function compare(
  stage: MessageStage,
  bare: { load: Load; pid: number },
  role: 'web' | 'all',
  rounds: number,
): Promise<Runs> {
  const backend = await stage.start({ ROLE: role });
  const requests = requestsOf(stage);
  const routes = {
    bare,
    telegram: { load: new Load(backend.url, requests.telegram, 204), pid: backend.pid },
    kommo: { load: new Load(backend.url, requests.kommo), pid: backend.pid },
  };
  const runs: Runs = {};
  for (const { load } of Object.values(routes)) await load.send(WARM_UP);
  for (let round = 0; round < rounds; round += 1) {
    await sql`truncate messages, bare_messages`.execute(stage.postgres().db);
    for (const [name, { load, pid }] of Object.entries(routes)) {
      const spent = processorSeconds(pid);
      const perSecond = await load.run(ROUND_MS);
      const requestsMade = (perSecond * ROUND_MS) / 1000;
      const processorMs = ((processorSeconds(pid) - spent) * 1000) / requestsMade;
      runs[name] = [...(runs[name] ?? []), { perSecond, processorMs }];
    }
  }
  await Promise.all([routes.telegram.load.close(), routes.kommo.load.close()]);
  await backend.stop();
  return runs;
}

function requestsOf(stage: MessageStage) {
  const chats = stage.chatsOf(0);
  const chat = (index: number) => {
    const found = chats[index % chats.length];
    if (found === undefined) throw new Error('There is no chat.');
    return found;
  };
  return {
    telegram: (index: number) => stage.update(chat(index), `Client's message ${index}`),
    kommo: (index: number) => stage.hook(chat(index), `Manager's message ${index}`),
  };
}

/** Queries a webhook costs, through a proxy that counts them. */
async function countQueries(stage: MessageStage): Promise<Figure[]> {
  const proxy = await startRoundTripProxy(stage.postgres().url);
  const { url, stop } = await stage.start({ ROLE: 'web', DATABASE_URL: proxy.url });
  const figures: Figure[] = [];
  for (const [name, request] of Object.entries(requestsOf(stage))) {
    // The first opens connections.
    await post(url, request(0));
    // A notification for other workers leaves a little later.
    const hasNotified = () => proxy.trips.some(({ statement }) => statement.includes('pg_notify'));
    await until(hasNotified);
    proxy.clear();
    await post(url, request(1));
    figures.push({
      name: `${name}: queries until the answer`,
      value: proxy.trips.length,
      unit: '',
      how: 'counted on the way to PostgreSQL',
      yardstick: { name: 'bare route', value: 1 },
    });
    await until(hasNotified);
  }
  await stop();
  await proxy.close();
  return figures;
}
