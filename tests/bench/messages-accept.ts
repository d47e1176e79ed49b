import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { startRoundTripProxy } from '../support/round-trips.ts';
import { type Figure, median } from './figures.ts';
import { Load, type LoadRequest } from './load.ts';
import { type MessageStage, openMessageStage, post } from './messages-stage.ts';
import { until } from './stage.ts';
import { processorSeconds } from './watch-process.ts';

const CHATS = 1_000;
/** Before the first round: code that runs for the first time is slow. */
const WARM_UP = 2_000;
const ROUNDS = 5;
const ROUND_MS = 3_000;

const BARE = fileURLToPath(new URL('bare-route.ts', import.meta.url));

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
  await sql`create table bare_messages (id bigint generated always as identity primary key,
    body text not null, stored_at timestamptz not null default now())`.execute(db);
  const bare = spawn(process.execPath, [BARE], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(bare.stdout, 'data')) as [Buffer];
    const requests = requestsOf(stage);
    const toBare = (index: number): LoadRequest => ({
      ...requests.telegram(index),
      path: '/messages',
    });
    const yardstick = { load: new Load(String(line).trim(), toBare, 204), pid: bare.pid ?? 0 };
    const alone = await compare(stage, yardstick, 'web', ROUNDS);
    const working = await compare(stage, yardstick, 'all', 1);
    await yardstick.load.close();
    return [
      ...figuresOf(alone),
      ...['telegram', 'kommo'].map((name) => ({
        name: `${name}, while the same process also carries, to the bare route`,
        value: ratioOf(working, name),
        unit: 'times',
      })),
      ...(await countQueries(stage)),
    ];
  } finally {
    bare.kill();
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
  const rate = (name: string) => median((runs[name] ?? []).map(({ perSecond }) => perSecond));
  const cost = (name: string) => median((runs[name] ?? []).map(({ processorMs }) => processorMs));
  const names = { bare: 'bare route, one insert', telegram: 'telegram', kommo: 'kommo' };
  return [
    ...Object.entries(names).map(([key, name]) => ({ name, value: rate(key), unit: '/s' })),
    ...['telegram', 'kommo'].map((name) => ({
      name: `${name} to the bare route`,
      value: ratioOf(runs, name),
      unit: 'times',
      least: 0.5,
    })),
    // Tells a slow backend from a machine that was busy with something else.
    ...Object.entries(names).map(([key, name]) => ({
      name: `${name}: processor time of the server`,
      value: cost(key),
      unit: 'ms each',
    })),
  ];
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
    });
    await until(hasNotified);
  }
  await stop();
  await proxy.close();
  return figures;
}
