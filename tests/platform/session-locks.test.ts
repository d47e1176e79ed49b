import type { Client } from 'pg';
import {
  LocalLocks,
  PostgresLocks,
  type SessionLocks,
} from '../../src/server/platform/database/session-locks.ts';
import { createScratchDatabase } from '../support/database.ts';
import { connectTo } from '../support/postgres-client.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

const CHANNEL = 'session_locks_test';

let scratch: Awaited<ReturnType<typeof createScratchDatabase>>;
let operator: Client;
let opened: PostgresLocks[] = [];

beforeAll(async () => {
  scratch = await createScratchDatabase({ isEmpty: true });
  operator = await connectTo(scratch.url);
});
afterEach(async () => {
  await Promise.all(opened.map((locks) => locks.close()));
  opened = [];
});
afterAll(async () => {
  await operator.end();
  await scratch.drop();
});

interface Watched {
  locks: PostgresLocks;
  errors: unknown[];
  notified(): number;
}

async function open(url = scratch.url): Promise<Watched> {
  const errors: unknown[] = [];
  let notified = 0;
  const locks = new PostgresLocks({
    url,
    channel: CHANNEL,
    onNotification: () => {
      notified += 1;
    },
    onError: (error) => errors.push(error),
  });
  opened.push(locks);
  await locks.open();
  return { locks, errors, notified: () => notified };
}

/** Sessions that listen, as the server sees them. */
async function sessions(): Promise<number[]> {
  const { rows } = await operator.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend' order by backend_start`,
  );
  return rows.map(({ pid }) => pid);
}

async function endSessions(): Promise<void> {
  for (const pid of await sessions()) {
    await operator.query('select pg_terminate_backend($1)', [pid]);
  }
}

/** Held by anybody. */
async function heldLocks(): Promise<number> {
  const { rows } = await operator.query(
    `select from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows.length;
}

const takes = (locks: SessionLocks, ...names: string[]) =>
  waitFor(async () => (await locks.take(names)).length === names.length);

describe('names that one process holds among all', () => {
  test('are taken by one of two, and by the other when they were given back', async () => {
    const [{ locks: one }, { locks: other }] = [await open(), await open()];
    expect(await one.take(['a', 'b'])).toEqual(['a', 'b']);
    expect(await other.take(['a', 'b', 'c'])).toEqual(['c']);
    expect(await one.take(['c'])).toEqual([]);
    await one.release('a');
    expect(await other.take(['a', 'b'])).toEqual(['a']);
    await other.release('c');
    expect(await one.take(['c'])).toEqual(['c']);
  });

  test('may be any text, many at once, and none', async () => {
    const { locks } = await open();
    const names = ['', "'; drop table x", '🎈', 'x'.repeat(5000), 'A', 'a', ' a'];
    expect(await locks.take(names)).toEqual(names);
    expect(await locks.take([])).toEqual([]);
    const many = Array.from({ length: 500 }, (_, at) => `lane ${at}`);
    expect(await locks.take(many)).toEqual(many);
    expect(await heldLocks()).toBe(names.length + many.length);
  });

  test('go to exactly one of many who ask at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => open()));
    const names = Array.from({ length: 40 }, (_, at) => `race ${at}`);
    const taken = await Promise.all(
      all.map(async ({ locks }) => {
        const own: string[] = [];
        for (const name of names) own.push(...(await locks.take([name])));
        return own;
      }),
    );
    expect(taken.flat().sort()).toEqual([...names].sort());
  });

  test('are given back by closing, and a process that has closed takes none', async () => {
    const [{ locks: one, errors }, { locks: other }] = [await open(), await open()];
    await one.take(['a']);
    const { held } = one;
    expect(held.aborted).toBe(false);
    await one.close();
    expect(held.aborted).toBe(true);
    await takes(other, 'a');
    expect(await one.take(['b'])).toEqual([]);
    await one.release('a');
    await one.close();
    expect([await other.take(['a']), errors]).toEqual([['a'], []]);
  });

  test('that were never taken can be given back', async () => {
    const [{ locks: one }, { locks: other, errors }] = [await open(), await open()];
    await one.take(['a']);
    await other.release('a');
    expect(await other.take(['a'])).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('are lost with the session, at once and noticeably; the next session begins with none', async () => {
    const { locks, errors, notified } = await open();
    await locks.take(['a', 'b']);
    const { held } = locks;
    const before = notified();
    await endSessions();
    await waitFor(() => held.aborted);
    expect(errors).toHaveLength(1);
    await waitFor(async () => (await sessions()).length === 1);
    // Whoever waits for work is told to look: something may have been missed.
    await waitFor(() => notified() > before);
    await waitFor(() => !locks.held.aborted);
    expect(held.aborted).toBe(true);
    expect(await heldLocks()).toBe(0);
    await takes(locks, 'a', 'b');
  });

  test('are free for others as soon as the session is gone', async () => {
    const first = await open();
    await first.locks.take(['a']);
    const { held } = first.locks;
    const [pid] = await sessions();
    const second = await open();
    await operator.query('select pg_terminate_backend($1)', [pid]);
    await waitFor(() => held.aborted);
    await takes(second.locks, 'a');
    await waitFor(() => !first.locks.held.aborted);
    expect(await first.locks.take(['a'])).toEqual([]);
  });

  test('are not taken while the database cannot be reached, and are again when it can', async () => {
    const { hostname, port, ...url } = partsOf(scratch.url);
    const proxy = await startTcpProxy({ host: hostname, port });
    const { locks, errors } = await open(url.through(proxy.port));
    await locks.take(['a']);
    const { held } = locks;
    await proxy.cut();
    await waitFor(() => held.aborted);
    expect(await locks.take(['b'])).toEqual([]);
    await waitFor(() => errors.length >= 2);
    expect(locks.held.aborted).toBe(true);
    await proxy.restore();
    await takes(locks, 'a', 'b');
    await locks.close();
    await proxy.close();
  });

  test('are given up by a process whose cable was pulled, before the server gives them to another', async () => {
    const { hostname, port, ...url } = partsOf(scratch.url);
    const proxy = await startTcpProxy({ host: hostname, port });
    const cut = await open(url.through(proxy.port));
    await cut.locks.take(['a']);
    const { held } = cut.locks;
    const other = await open();
    const began = performance.now();
    proxy.swallow();
    // A query that is asked into the silence fails, and with it everything that was held.
    expect(await cut.locks.take(['b'])).toEqual([]);
    expect(held.aborted).toBe(true);
    const gaveUp = performance.now() - began;
    expect(await other.locks.take(['a'])).toEqual([]);
    await waitFor(async () => (await other.locks.take(['a'])).length === 1, 30_000);
    expect(performance.now() - began).toBeGreaterThan(gaveUp);
    await cut.locks.close();
    await proxy.close();
  }, 150_000);

  test('come with word of what others announce', async () => {
    const { notified } = await open();
    const before = notified();
    await operator.query(`select pg_notify('${CHANNEL}', '')`);
    await waitFor(() => notified() > before);
    await operator.query("select pg_notify('another_channel', '')");
    await operator.query(`select pg_notify('${CHANNEL}', '')`);
    await waitFor(() => notified() === before + 2);
  });

  test('cannot be had where there is no database, which is said at once', async () => {
    const { port: _, ...url } = partsOf(scratch.url);
    await expect(open(url.through(1))).rejects.toThrow();
  });
});

function partsOf(address: string) {
  const url = new URL(address);
  return {
    hostname: url.hostname,
    port: Number(url.port || 5432),
    through: (port: number) => {
      const other = new URL(address);
      other.hostname = '127.0.0.1';
      other.port = String(port);
      return other.href;
    },
  };
}

test('the locks of a single process keep its own lanes apart', async () => {
  const locks = new LocalLocks();
  expect(await locks.take(['a', 'b'])).toEqual(['a', 'b']);
  expect(await locks.take(['b', 'c'])).toEqual(['c']);
  await locks.release('b');
  expect(await locks.take(['b'])).toEqual(['b']);
  expect(locks.held.aborted).toBe(false);
  await locks.close();
  expect(await locks.take(['a'])).toEqual(['a']);
});
