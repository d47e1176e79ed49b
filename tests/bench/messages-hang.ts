import { botToken } from '../support/channels.ts';
import { timeBareInserts } from './bare.ts';
import { type Figure, percentile } from './figures.ts';
import { arrivals, atRate, type MessageStage, openMessageStage, post } from './messages-stage.ts';
import { until } from './stage.ts';

const CHATS = 50;
const PER_SECOND = 20;
const SECONDS = 20;
/** Before anything hangs. */
const CALM_SECONDS = 10;
const STUCK = 0;
const FREE = 1;

type Direction = 'in' | 'out';

/**
 * How soon webhooks are answered while every call that their messages lead to hangs, and how long the messages of
 * another channel take meanwhile.
 */
export async function measureHanging(): Promise<Figure[]> {
  const stage = await openMessageStage({ bots: 2, chats: CHATS });
  try {
    const { db, url: databaseUrl } = stage.postgres();
    const bare = await timeBareInserts({ db, databaseUrl }, { count: PER_SECOND * SECONDS });
    const { url } = await stage.start({ AMOJO_REQUESTS_PER_SECOND: '200' });
    return [...(await hang(stage, url, 'in', bare)), ...(await hang(stage, url, 'out', bare))];
  } finally {
    await stage.close();
  }
}

async function hang(
  stage: MessageStage,
  url: string,
  direction: Direction,
  bare: readonly number[],
): Promise<Figure[]> {
  const { emulator } = stage;
  const calm = await sayFreely(stage, url, direction, 'Calm', CALM_SECONDS);
  emulator.world.recorder.clear();
  // Of Kommo, the calls that carry the text; of Telegram, all for the one bot.
  const match =
    direction === 'in'
      ? { host: 'amojo.*', bodyContains: 'Stuck' }
      : { path: `/__services/telegram/bot${botToken(STUCK)}/*` };
  emulator.fault({ match, times: 0, action: 'hang' });
  const answers: number[] = [];
  const [free] = await Promise.all([
    sayFreely(stage, url, direction, 'Free', SECONDS),
    atRate(PER_SECOND, SECONDS, async (index) => {
      answers.push(await say(stage, url, { direction, bot: STUCK, index, text: `Stuck ${index}` }));
    }),
  ]);
  emulator.clearFaults();
  const name = direction === 'in' ? 'Telegram, while Kommo hangs' : 'Kommo, while Telegram hangs';
  const answer = (of: string, part: number): Figure => ({
    name: `answers to ${name}: ${of}`,
    value: percentile(answers, part),
    unit: 'ms',
    yardstick: { name: `bare insert, ${of}`, value: percentile(bare, part) },
  });
  return [
    answer('p50', 0.5),
    { ...answer('p99', 0.99), bound: 200 },
    {
      name: `${direction}, a message of another channel meanwhile: p50`,
      value: percentile(free, 0.5),
      unit: 'ms',
      yardstick: { name: 'while nothing hangs', value: percentile(calm, 0.5) },
    },
    {
      name: `${direction}, a message of another channel meanwhile: most`,
      value: Math.max(...free),
      unit: 'ms',
      yardstick: { name: 'while nothing hangs', value: Math.max(...calm) },
    },
  ];
}

/** One message a second of the channel that nothing holds up. @returns milliseconds until each was passed on */
async function sayFreely(
  stage: MessageStage,
  url: string,
  direction: Direction,
  mark: string,
  seconds: number,
): Promise<number[]> {
  const began = new Map<string, number>();
  await atRate(1, seconds, async (index) => {
    const text = `${mark} ${direction} ${index}`;
    began.set(text, Date.now());
    await say(stage, url, { direction, bot: FREE, index, text });
  });
  await until(() => {
    const came = arrivals(stage.emulator, direction);
    return [...began.keys()].every((text) => came.has(text));
  });
  const came = arrivals(stage.emulator, direction);
  return [...began].map(([text, at]) => (came.get(text) ?? Number.NaN) - at);
}

function say(
  stage: MessageStage,
  url: string,
  what: { direction: Direction; bot: number; index: number; text: string },
): Promise<number> {
  const chats = stage.chatsOf(what.bot);
  const chat = chats[what.index % chats.length];
  if (chat === undefined) throw new Error('There is no chat.');
  const { text, direction } = what;
  return post(url, direction === 'in' ? stage.update(chat, text) : stage.hook(chat, text));
}
