import { jest } from '@jest/globals';
import type { Backend } from '../support/backends.ts';
import { drained, expectBalance } from '../support/message-balance.ts';
import { type Answer, type Conversation, MessageTraffic } from '../support/message-traffic.ts';
import { raceSeed } from '../support/race-accounts.ts';
import { openReplicas, type Replicas } from '../support/replicas.ts';
import { slackTraffic } from '../support/slack-traffic.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { telegramTraffic } from '../support/telegram-traffic.ts';
import { waitFor } from '../support/wait-for.ts';
import { evolutionTraffic, wahaTraffic } from '../support/whatsapp-traffic.ts';

/** The database takes a session that it has not heard of for this long for dead; see session-locks.ts. */
const PATIENCE_MS = 15_000;
/** And whoever takes over may have to start first. */
const TAKEN_OVER_MS = PATIENCE_MS + 15_000;

/** Numbers on WhatsApp are not to wait for their turn here. */
const HASTE = { WAHA_SECONDS_BETWEEN_MESSAGES: '0', EVOLUTION_SECONDS_BETWEEN_MESSAGES: '0' };

jest.setTimeout(300_000);

let replicas: Replicas;
let traffic: MessageTraffic;
/** Has all the work, until something happens to it. */
let first: Backend;
/** Between it and the database. */
let cable: TcpProxy;

beforeEach(async () => {
  replicas = await openReplicas(raceSeed(1), HASTE);
  const address = new URL(replicas.backends.databaseUrl ?? '');
  cable = await startTcpProxy({ host: address.hostname, port: Number(address.port || 5432) });
  address.hostname = '127.0.0.1';
  address.port = String(cable.port);
  first = await replicas.start({ DATABASE_URL: address.href });
  const services = [telegramTraffic, wahaTraffic, evolutionTraffic, slackTraffic];
  traffic = new MessageTraffic(replicas.backends, { count: 12, pauseMs: 2_000, services });
  await traffic.open(first);
  // Whoever answers nothing is not asked for long.
  for (const service of traffic.services) await service.waitAtMost(2_000);
});
afterEach(async () => {
  await traffic.end();
  await replicas.close();
  await cable.close();
});

test('a replica that stands still loses its work to another one, and does nothing twice when it goes on', async () => {
  const second = await takenOver(() => first.signal('SIGSTOP'));
  first.signal('SIGCONT');
  await goesOnWithout(second);
  await balanced();
});

test('a replica that the database hears nothing of loses its work to another one, and does nothing twice', async () => {
  const second = await takenOver(() => cable.swallow());
  await cable.restore();
  // The replica knows that this one arrived, and says so as soon as it can.
  const [answer] = conversation(0).answers;
  await waitFor(() => statusOf(conversation(0), answer) === 1, TAKEN_OVER_MS);
  await goesOnWithout(second);
  await balanced();
});

/**
 * Trouble for the first replica, while it waits for the answers to a message in each direction.
 *
 * @returns the one that has taken over
 */
async function takenOver(trouble: () => void): Promise<Backend> {
  const { emulator } = replicas.backends;
  const [asked, written] = [conversation(0), conversation(1)];
  const toClient = emulator.barrier({ path: '*/sendMessage' }, 1, 'manual');
  const answer = await traffic.answer(asked);
  await toClient.arrived;
  const toKommo = emulator.barrier({ bodyContains: `${written.name} m1` }, 1, 'manual');
  await traffic.write(written);
  await toKommo.arrived;
  trouble();
  // Both arrive, and nobody hears of it.
  toClient.release();
  toKommo.release();
  const second = await replicas.start();
  traffic.begin();
  await waitFor(() => statusOf(asked, answer) === -1, TAKEN_OVER_MS);
  await waitFor(() => traffic.inKommo(written).length > 2, TAKEN_OVER_MS);
  await waitFor(() => deliveredOf(asked) > 0, TAKEN_OVER_MS);
  return second;
}

/** The first replica has all the work again. */
async function goesOnWithout(second: Backend): Promise<void> {
  await replicas.stop(second);
  const delivered = deliveredOf(conversation(0));
  const received = traffic.inKommo(conversation(1)).length;
  await waitFor(() => deliveredOf(conversation(0)) > delivered + 2, TAKEN_OVER_MS);
  await waitFor(() => traffic.inKommo(conversation(1)).length > received + 2, TAKEN_OVER_MS);
}

async function balanced(): Promise<void> {
  await traffic.end();
  await drained(replicas.backends, traffic);
  await expectBalance(replicas.backends, traffic);
  const [answer] = conversation(0).answers;
  expect(await traffic.atClient(conversation(0))).toContain(answer?.text);
}

function conversation(index: number): Conversation {
  const found = traffic.conversations[index];
  if (!found) throw new Error('There is such a conversation.');
  return found;
}

/** What Kommo shows of a message: delivered 1, failed -1. */
function statusOf(one: Conversation, answer: Answer | undefined): number | undefined {
  return traffic.shown(one).get(answer?.text ?? '')?.delivery?.status;
}

/** How many of the managers' messages are marked as delivered. */
function deliveredOf(one: Conversation): number {
  return one.answers.filter((answer) => statusOf(one, answer) === 1).length;
}
