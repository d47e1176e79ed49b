import { timeBareInserts } from './bare.ts';
import { type Figure, percentile } from './figures.ts';
import { arrivals, atRate, type MessageStage, openMessageStage, post } from './messages-stage.ts';
import { until } from './stage.ts';

const PER_SECOND = 20;
const SECONDS = 30;
const WARM_UP_SECONDS = 5;
const CHATS = 50;
const PATIENCE_SECONDS = 300;
const INSERTS = 600;

/** Far above what is sent, so that waiting for a turn at Kommo does not hide what the backend itself takes. */
const AMPLE = '200';
const BY_DEFAULT = '20';

type Direction = 'in' | 'out';

/** How long a message takes from the webhook that brings it to the call that passes it on. */
export async function measureLatency(): Promise<Figure[]> {
  const figures: Figure[] = [];
  let bare: number[] = [];
  for (const { kind, bound, name } of [
    { kind: 'postgres', bound: 500, name: 'PostgreSQL' },
    { kind: 'embedded', bound: 1_500, name: 'embedded' },
  ] as const) {
    const stage = await openMessageStage({ kind, chats: CHATS });
    try {
      if (kind === 'postgres') bare = await timeBareInserts(bareStageOf(stage), { count: INSERTS });
      const budgets = kind === 'postgres' ? [AMPLE, BY_DEFAULT] : [AMPLE];
      for (const budget of budgets) {
        const backend = await stage.start({ AMOJO_REQUESTS_PER_SECOND: budget });
        for (const direction of ['in', 'out'] as const) {
          const took = await measureOne(stage, backend.url, direction);
          const isAmple = budget === AMPLE;
          const title = `${name}, ${direction}${isAmple ? '' : `, ${budget} calls/s to Kommo`}`;
          figures.push(...figuresOf(title, took, bare, isAmple ? bound : undefined));
        }
        await backend.stop();
      }
    } finally {
      await stage.close();
    }
  }
  return figures;
}

function figuresOf(
  title: string,
  { ms: took, refused }: Latencies,
  bare: readonly number[],
  bound: number | undefined,
): Figure[] {
  const figure = (name: string, part: number): Figure => ({
    name: `${title}: ${name}`,
    value: percentile(took, part),
    unit: 'ms',
    yardstick: { name: `bare insert into PostgreSQL, ${name}`, value: percentile(bare, part) },
  });
  return [
    figure('p50', 0.5),
    { ...figure('p95', 0.95), ...(bound !== undefined && { bound }) },
    figure('p99', 0.99),
    // Kommo waits five seconds and sends a hook once.
    { name: `${title}: webhooks not answered well`, value: refused, unit: '', bound: 0 },
  ];
}

function bareStageOf(stage: MessageStage) {
  const { db, url } = stage.postgres();
  return { db, databaseUrl: url };
}

/** Milliseconds of each message, without those that warmed up, and how many webhooks were refused or not answered. */
interface Latencies {
  ms: number[];
  refused: number;
}

async function measureOne(
  stage: MessageStage,
  url: string,
  direction: Direction,
): Promise<Latencies> {
  const { emulator } = stage;
  emulator.world.recorder.clear();
  const began = new Map<string, number>();
  const refusedBefore = await send(stage, url, {
    direction,
    seconds: WARM_UP_SECONDS,
    mark: 'Warm',
    began,
  });
  const refused = await send(stage, url, { direction, seconds: SECONDS, mark: 'Counted', began });
  const all = [...began];
  await until(() => {
    const came = arrivals(emulator, direction);
    return all.every(([text]) => came.has(text));
  }, PATIENCE_SECONDS);
  const came = arrivals(emulator, direction);
  const ms = all
    .filter(([text]) => text.startsWith('Counted'))
    .map(([text, at]) => (came.get(text) ?? Number.NaN) - at);
  return { ms, refused: refusedBefore + refused };
}

/** @returns how many webhooks were refused or not answered; only the others are in `began` */
async function send(
  stage: MessageStage,
  url: string,
  how: { direction: Direction; seconds: number; mark: string; began: Map<string, number> },
): Promise<number> {
  const chats = stage.chatsOf(0);
  let refused = 0;
  await atRate(PER_SECOND, how.seconds, async (index) => {
    const chat = chats[index % chats.length];
    if (chat === undefined) throw new Error('There is no chat.');
    const text = `${how.mark} ${index}`;
    const at = Date.now();
    if (how.direction === 'in') await post(url, stage.update(chat, text));
    else {
      const conversation_id = chat.kommo.id;
      const { status } = await stage.emulator.chat('demo', { conversation_id, text });
      if (status !== 200) {
        refused += 1;
        return;
      }
    }
    how.began.set(text, at);
  });
  return refused;
}
