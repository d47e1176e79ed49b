import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import type { Seed } from '../../src/emulator/kommo/seed.ts';
import { type Db, openHandle } from '../../src/server/platform/database/database.ts';
import { type BackendProcess, spawnBackend } from '../support/backend-process.ts';
import { PUBLIC_URL, testEnvironment } from '../support/config.ts';
import { createScratchDatabase } from '../support/database.ts';

/** Real backend processes on a PostgreSQL database of their own, with an emulated Kommo in this process. */
export interface Stage {
  emulator: Emulator;
  db: Db;
  /** `postgres://…` of that database. */
  databaseUrl: string;
  /** Addresses of the backends. */
  urls: string[];
  backends: BackendProcess[];
  /** One authenticated call; throws on an unexpected status. @returns the parsed answer and its milliseconds */
  call(options: CallOptions): Promise<{ body: ReturnType<typeof JSON.parse>; ms: number }>;
  close(): Promise<void>;
}

interface CallOptions {
  method?: string;
  path: string;
  body?: unknown;
  /** Default: the demo account. */
  subdomain?: string;
  /** Sent instead of a disposable token. */
  bearer?: string;
  backend?: number;
  expected?: number;
}

let calls = 0;

export async function openStage(options: { processes?: number; seed?: Seed } = {}): Promise<Stage> {
  const scratch = await createScratchDatabase();
  const emulator = await createEmulator({ seed: options.seed });
  const env = testEnvironment(emulator.port, { DATABASE_URL: scratch.url, LOG_LEVEL: 'warn' });
  const backends: BackendProcess[] = [];
  const urls: string[] = [];
  for (let count = 0; count < (options.processes ?? 1); count += 1) {
    // Told by the log's "ready" line, which stands at level info.
    const backend = spawnBackend({ ...env, LOG_LEVEL: 'info' });
    backends.push(backend);
    urls.push(await backend.ready());
  }
  emulator.useBackend(PUBLIC_URL, urls[0]);
  const pool = new pg.Pool({ connectionString: scratch.url, max: 4 });
  // Dropping the database in the end cuts connections that are just being closed.
  pool.on('error', () => undefined);
  const db = openHandle(new PostgresDialect({ pool }));

  const call: Stage['call'] = async ({
    method = 'GET',
    path,
    body,
    subdomain = 'demo',
    bearer,
    backend = 0,
    expected = 200,
  }) => {
    calls += 1;
    const headers: Record<string, string> = bearer
      ? { authorization: `Bearer ${bearer}` }
      : { 'x-auth-token': emulator.disposableToken(subdomain) };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (method !== 'GET') headers['idempotency-key'] = `bench-${calls}`;
    const began = performance.now();
    const answer = await fetch(`${urls[backend]}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    const ms = performance.now() - began;
    if (answer.status !== expected)
      throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    return { body: text === '' ? undefined : JSON.parse(text), ms };
  };

  return {
    emulator,
    db,
    databaseUrl: scratch.url,
    urls,
    backends,
    call,
    close: async () => {
      for (const backend of backends) backend.kill('SIGTERM');
      await Promise.all(backends.map((backend) => backend.exited));
      await db.destroy();
      await emulator.close();
      await scratch.drop();
    },
  };
}

/** Waits until the condition holds. @throws after `seconds` */
export async function until(
  condition: () => boolean | Promise<boolean>,
  seconds = 60,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Nothing happened within ${seconds} s.`);
    await sleep(5);
  }
}

/** Installs the demo account and gives it one saved channel. @returns its id */
export async function prepareDemo(stage: Stage): Promise<string> {
  await stage.emulator.install('demo');
  await until(async () => {
    const { body } = await stage
      .call({ path: '/messenger/settings' })
      .catch(() => ({ body: undefined }));
    return body?.install.state === 'active';
  });
  const started = await stage.call({
    method: 'POST',
    path: '/messenger/channels',
    body: { connector: 'telegram' },
    expected: 201,
  });
  const { body } = await stage.call({
    method: 'POST',
    path: `/messenger/attempts/${started.body.attempt.id}/credentials`,
    body: { values: { token: '7000000001:AAEmulatedBotTokenSupport00000000001' }, confirm: true },
  });
  return body.attempt.channel.id;
}
