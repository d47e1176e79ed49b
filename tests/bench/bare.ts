import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { Db } from '../../src/server/platform/database/database.ts';
import { Load } from './load.ts';

const PROGRAM = fileURLToPath(new URL('bare-route.ts', import.meta.url));
const WARM_UP = 1_000;

/** Fastify on node-postgres and nothing else, in a process of its own: what the backend is held against. */
export interface Bare {
  url: string;
  pid: number;
  /** From the start of the process until it listened. */
  startedInMs: number;
  /** The body is about as long as a webhook's. */
  insert: { path: string; method: 'POST'; headers: Record<string, string>; body: string };
  stop(): Promise<void>;
}

export async function startBare(databaseUrl: string): Promise<Bare> {
  const began = performance.now();
  const child = spawn(process.execPath, [PROGRAM], {
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([once(child.stdout, 'data'), exited])) as [unknown];
  const url = String(line).trim();
  if (!url.startsWith('http')) throw new Error('The bare route did not start.');
  return {
    url,
    pid: child.pid ?? 0,
    startedInMs: performance.now() - began,
    insert: {
      path: '/messages',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'As long as what a client writes. '.repeat(10) }),
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Makes the table that the bare route inserts into. */
export async function createBareTable(db: Db): Promise<void> {
  await sql`create table if not exists bare_messages (id bigint generated always as identity primary key,
    body text not null, stored_at timestamptz not null default now())`.execute(db);
}

/**
 * Milliseconds of the answers of a bare route that does one insert.
 *
 * @param options.atOnce how many are under way at the same time
 */
export async function timeBareInserts(
  { db, databaseUrl }: { db: Db; databaseUrl: string },
  { count, atOnce = 1 }: { count: number; atOnce?: number },
): Promise<number[]> {
  await createBareTable(db);
  const bare = await startBare(databaseUrl);
  try {
    const load = new Load(bare.url, () => bare.insert, 204);
    await load.send(WARM_UP);
    await load.close();
    const took: number[] = [];
    let left = count;
    const work = async () => {
      for (; left > 0; left -= 1) {
        const began = performance.now();
        const { ok } = await fetch(`${bare.url}${bare.insert.path}`, bare.insert);
        if (!ok) throw new Error('The bare route could not insert.');
        took.push(performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return took;
  } finally {
    await bare.stop();
  }
}
