import { setImmediate as nextTurn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { Client } from '../support/api.ts';
import { type Backends, openBackends } from '../support/backends.ts';
import { begin, botToken, pollAttempt, readSettings, submit } from '../support/channels.ts';
import { DEMO } from '../support/config.ts';
import { tablesOf } from '../support/tables.ts';

jest.setTimeout(120_000);

const MAX = 50;
const EARLIER = 45;
const RIVALS = 60;
/** So many bots the emulated Telegram has. */
const BOTS = 100;

type Started = Awaited<ReturnType<typeof begin>>;

let backends: Backends;

beforeAll(async () => {
  // Attempts of one person would supersede each other: each channel is connected by an admin of its own.
  const users = Array.from({ length: RIVALS }, (_, index) => ({
    id: DEMO.admin + index,
    is_admin: true,
  }));
  const pipelines = [{ id: 7001, name: 'Sales', is_main: true }];
  backends = await openBackends({ accounts: [{ id: DEMO.id, users, pipelines }] });
});
afterAll(() => backends.close());

test(`${RIVALS} parallel creates at ${EARLIER} channels over two processes: ${MAX - EARLIER} succeed, and never are there more than ${MAX}`, async () => {
  const pair = await backends.startPair();
  await backends.emulator.install('demo');
  await pair[0].waitFor(async () => (await readSettings(pair[0])).install.state === 'active');

  const earlier = await openAttempts(pair, EARLIER);
  expect(await statuses(pair, earlier, 0)).toEqual({ 200: EARLIER });

  for (let bot = 0; bot < EARLIER + RIVALS - BOTS; bot += 1) replaceBot(bot);
  const attempts = await openAttempts(pair, RIVALS);
  // All of them have passed the first look at the limit when the first one may go on to store its channel.
  const together = backends.emulator.barrier(
    { path: '/__services/telegram/*/setWebhook' },
    RIVALS,
    'auto',
  );
  const watching = new AbortController();
  const watch = mostChannels(pair, watching.signal);
  const race = statuses(pair, attempts, EARLIER);
  await together.arrived;
  expect(await race).toEqual({ 200: MAX - EARLIER, channel_limit_reached: RIVALS - MAX + EARLIER });
  watching.abort();
  const { most, looks } = await watch;
  expect(most).toBe(MAX);
  expect(looks).toBeGreaterThan(1);
  expect((await readSettings(pair[1])).limits.channels).toEqual({ max: MAX, used: MAX });
  expect((await readSettings(pair[0])).channels).toHaveLength(MAX);
});

function openAttempts(pair: [Client, Client], count: number): Promise<Started[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => {
      const server = index % 2 === 0 ? pair[0] : pair[1];
      return begin(server, { connector: 'telegram' }, tokenOf(index));
    }),
  );
}

/** Puts a bot nobody has seen before behind a token that was used already. */
function replaceBot(number: number): void {
  const { bots } = backends.emulator.world.service<{
    bots: Record<string, { id: number; webhook: { url: string } }>;
  }>('telegram_bot_api', () => ({ bots: {} }));
  const bot = bots[botToken(number)];
  if (!bot) throw new Error('The bot was not used before.');
  bot.id += 1_000;
  bot.webhook.url = '';
}

/** Submits to all attempts at once. @returns how often each status or error code was the answer */
async function statuses(
  pair: [Client, Client],
  attempts: readonly Started[],
  firstBot: number,
): Promise<Record<string, number>> {
  const answers = await Promise.all(
    attempts.map(async (started, index) => {
      const server = index % 2 === 0 ? pair[0] : pair[1];
      for (let tries = 1; ; tries += 1) {
        const answer = await submit(
          server,
          started.attempt.id,
          { values: { token: botToken((firstBot + index) % BOTS) }, confirm: true },
          tokenOf(index),
        );
        // On a busy machine a lock may come too late; then it is tried again, as the widget does.
        if (answer.status === 503) continue;
        // What was answered so may have been done all the same; the widget then looks at the attempt.
        if (tries === 1 || answer.body.error?.code !== 'attempt_state') return answer;
        const { state } = await pollAttempt(server, started);
        return state === 'connected' ? { ...answer, status: 200, body: {} } : answer;
      }
    }),
  );
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    if (status !== 200 && status !== 409) throw new Error(`${status} ${JSON.stringify(body)}`);
    const name = body.error?.code ?? String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Looks at the table all the time; on the embedded database, through its process. */
async function mostChannels(
  pair: [Client, Client],
  until: AbortSignal,
): Promise<{ most: number; looks: number }> {
  let most = 0;
  let looks = 0;
  while (!until.aborted) {
    const count = backends.db
      ? (await tablesOf(backends.db).selectFrom('channels').select('id').execute()).length
      : (await pair[0].api('GET', '/messenger/channels')).body._total_items;
    most = Math.max(most, count);
    looks += 1;
    await nextTurn();
  }
  return { most, looks };
}

function tokenOf(index: number): string {
  return backends.emulator.disposableToken('demo', DEMO.admin + index);
}
