import { setTimeout as sleep } from 'node:timers/promises';
import { botToken } from '../support/channels.ts';
import { telegramClient } from '../support/telegram.ts';
import { type Figure, median } from './figures.ts';
import { type BenchBackend, type MessageStage, openMessageStage } from './messages-stage.ts';
import { until } from './stage.ts';
import { watchMemory } from './watch-process.ts';

const FILES = 10;
/** A bot may fetch 20 MB and send 50. */
const MB = 1024 * 1024;
const IN_BYTES = 19 * MB;
const OUT_BYTES = 49 * MB;
const IDLE_MS = 10_000;
const LOOK_EVERY_MS = 50;
const PATIENCE_SECONDS = 240;

/** What memory ten files take that pass at the same time. */
export async function measureFiles(): Promise<Figure[]> {
  const stage = await openMessageStage({ chats: FILES, switches: { mediaFetch: 'at once' } });
  try {
    const backend = await stage.start({ AMOJO_REQUESTS_PER_SECOND: '200' });
    const resting = watchMemory(backend.pid);
    await sleep(IDLE_MS);
    const idle = median(resting.stop());
    const received = await mostDuring(backend, () => receive(stage));
    const sent = await mostDuring(backend, () => send(stage));
    return [
      { name: `${FILES} files of 19 MB in`, most: received, bytes: FILES * IN_BYTES },
      { name: `${FILES} files of 49 MB out`, most: sent, bytes: FILES * OUT_BYTES },
    ].map(({ name, most, bytes }) => ({
      name: `${name}: memory above idle, most`,
      value: most - idle,
      unit: 'MB',
      bound: 150,
      yardstick: { name: 'all files together', value: bytes / MB },
    }));
  } finally {
    await stage.close();
  }
}

async function mostDuring({ pid }: BenchBackend, work: () => Promise<void>): Promise<number> {
  const memory = watchMemory(pid, LOOK_EVERY_MS);
  await work();
  return Math.max(...memory.stop());
}

/** Clients send files, and Kommo fetches them: all begin at the same moment. */
async function receive(stage: MessageStage): Promise<void> {
  const telegram = telegramClient(stage.emulator, botToken(0));
  const barrier = stage.emulator.barrier({ path: '/__services/telegram/file/*' }, FILES);
  for (const { clientId: id } of stage.chatsOf(0)) {
    const client = { id, first_name: `Client ${id}` };
    await telegram.act('send', { client, kind: 'document', size: IN_BYTES });
  }
  await barrier.arrived;
  await until(
    () =>
      stage.chatsOf(0).every(({ kommo }) => {
        const state = kommo.messages.at(-1)?.media?.state;
        if (state === 'failed') throw new Error('Kommo could not fetch a file.');
        return state === 'fetched';
      }),
    PATIENCE_SECONDS,
  );
}

/** Managers send files, and the backend brings them to Telegram: all begin at the same moment. */
async function send(stage: MessageStage): Promise<void> {
  const { emulator } = stage;
  const barrier = emulator.barrier({ path: '/attachments/*' }, FILES);
  for (const { kommo } of stage.chatsOf(0)) {
    const file = { name: 'film.bin', size: OUT_BYTES };
    const { status } = await emulator.chat('demo', { conversation_id: kommo.id, file });
    if (status !== 200) throw new Error(`Kommo's hook was answered ${status}.`);
  }
  await barrier.arrived;
  await until(
    () =>
      stage.chatsOf(0).every(({ kommo }) => {
        const status = kommo.messages.at(-1)?.delivery?.status;
        if (status === -1) throw new Error('A file did not reach Telegram.');
        return status === 1;
      }),
    PATIENCE_SECONDS,
  );
}
