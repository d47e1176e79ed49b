import { botToken } from '../support/channels.ts';
import { type Figure, percentile } from './figures.ts';
import { arrivals, atRate, type MessageStage, openMessageStage, post } from './messages-stage.ts';
import { until } from './stage.ts';

const CHATS = 50;
const PER_SECOND = 20;
const SECONDS = 20;
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
    const { url } = await stage.start({ AMOJO_REQUESTS_PER_SECOND: '200' });
    return [...(await hang(stage, url, 'in')), ...(await hang(stage, url, 'out'))];
  } finally {
    await stage.close();
  }
}

async function hang(stage: MessageStage, url: string, direction: Direction): Promise<Figure[]> {
  const { emulator } = stage;
  emulator.world.recorder.clear();
  // Of Kommo, the calls that carry the text; of Telegram, all for the one bot.
  const match =
    direction === 'in'
      ? { host: 'amojo.*', bodyContains: 'Stuck' }
      : { path: `/__services/telegram/bot${botToken(STUCK)}/*` };
  emulator.fault({ match, times: 0, action: 'hang' });
  const answers: number[] = [];
  const began = new Map<string, number>();
  await Promise.all([
    atRate(PER_SECOND, SECONDS, async (index) => {
      answers.push(await say(stage, url, { direction, bot: STUCK, index, text: `Stuck ${index}` }));
    }),
    atRate(1, SECONDS, async (index) => {
      const text = `Free ${direction} ${index}`;
      began.set(text, Date.now());
      await say(stage, url, { direction, bot: FREE, index, text });
    }),
  ]);
  await until(() => {
    const came = arrivals(emulator, direction);
    return [...began.keys()].every((text) => came.has(text));
  });
  const came = arrivals(emulator, direction);
  const free = [...began].map(([text, at]) => (came.get(text) ?? Number.NaN) - at);
  emulator.clearFaults();
  const name = direction === 'in' ? 'Telegram, while Kommo hangs' : 'Kommo, while Telegram hangs';
  return [
    { name: `answers to ${name}: p50`, value: percentile(answers, 0.5), unit: 'ms' },
    { name: `answers to ${name}: p99`, value: percentile(answers, 0.99), unit: 'ms', bound: 200 },
    {
      name: `${direction}, a message of another channel meanwhile: p50`,
      value: percentile(free, 0.5),
      unit: 'ms',
    },
    {
      name: `${direction}, a message of another channel meanwhile: most`,
      value: Math.max(...free),
      unit: 'ms',
    },
  ];
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
