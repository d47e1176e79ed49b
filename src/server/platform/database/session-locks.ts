import { createHash } from 'node:crypto';
import type { Client, QueryResultRow } from 'pg';

/**
 * Names that one process holds among all. PostgreSQL keeps them with a session, so that taking one writes no row,
 * and a process that dies gives them back at once.
 */
export interface SessionLocks {
  /** @returns the first `most` of the names that nobody holds: they are ours now */
  take(names: readonly string[], most?: number): Promise<string[]>;
  release(name: string): Promise<void>;
  /** Aborted as soon as what was taken so far may be taken by others. */
  readonly held: AbortSignal;
  close(): Promise<void>;
}

/** Told of a notification on the channel that was asked for, and of a new session, which may have missed some. */
type OnNotification = (payload: string | undefined) => void;

/** How often the session shows that it lives. */
const HEARTBEAT_MS = 3_000;
/** Without an answer for this long we count as dead ourselves: well before the server thinks so. */
const SILENCE_MS = 8_000;
/** The server ends a session it has heard nothing of for this long, whatever became of the cable. */
const SERVER_PATIENCE_SECONDS = 15;
const ANSWER_MS = 4_000;
const RECONNECT_MS = 1_000;

/** The locks of the embedded database, which serves this process alone. */
export class LocalLocks implements SessionLocks {
  readonly held = new AbortController().signal;
  readonly #names = new Set<string>();

  async take(names: readonly string[], most = names.length): Promise<string[]> {
    const free = names.filter((name) => !this.#names.has(name)).slice(0, most);
    for (const name of free) this.#names.add(name);
    return free;
  }

  async release(name: string): Promise<void> {
    this.#names.delete(name);
  }

  async close(): Promise<void> {
    this.#names.clear();
  }
}

/**
 * Advisory locks of one session of its own. A pooler that hands out a server's sessions by the transaction cannot
 * stand in between; pg-boss's notifications need the same.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export class PostgresLocks implements SessionLocks {
  readonly #url: string;
  readonly #channel: string;
  readonly #onNotification: OnNotification;
  readonly #onError: (error: unknown) => void;
  #client: Client | undefined;
  #lost = new AbortController();
  /** When the last question was asked that was answered: only until then the server surely saw us alive. */
  #aliveAt = 0;
  /** One question at a time. */
  #line: Promise<unknown> = Promise.resolve();
  #toRelease: string[] = [];
  #released: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param channel notifications on it are told to `onNotification` */
  constructor(options: {
    url: string;
    channel: string;
    onNotification: OnNotification;
    onError: (error: unknown) => void;
  }) {
    this.#url = options.url;
    this.#channel = options.channel;
    this.#onNotification = options.onNotification;
    this.#onError = options.onError;
    this.#lost.abort();
  }

  get held(): AbortSignal {
    const client = this.#client;
    // A process that stood still for a while has heard nothing either.
    if (client !== undefined && performance.now() - this.#aliveAt > SILENCE_MS) {
      this.#onFailure(client, new Error('The session of the locks was silent for too long.'));
    }
    return this.#lost.signal;
  }

  async open(): Promise<void> {
    const { default: pg } = await import('pg');
    if (this.#isClosed) return;
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    });
    client.on('error', (error) => this.#onFailure(client, error));
    client.on('end', () => this.#onFailure(client, undefined));
    client.on('notification', ({ payload }) => this.#onNotification(payload));
    let aliveAt = 0;
    try {
      await client.connect();
      aliveAt = performance.now();
      await client.query(
        `select set_config('idle_session_timeout', '${SERVER_PATIENCE_SECONDS}s', false)`,
      );
      await client.query(`listen ${this.#channel}`);
      if (this.#isClosed) return void (await client.end());
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
    this.#line = Promise.resolve();
    this.#lost = new AbortController();
    this.#aliveAt = aliveAt;
    this.#timer = setInterval(() => void this.#ask(client, 'select 1'), HEARTBEAT_MS);
    this.#onNotification(undefined);
  }

  async take(names: readonly string[], most = names.length): Promise<string[]> {
    const client = this.#client;
    if (client === undefined || this.held.aborted || names.length === 0) return [];
    const rows = await this.#ask<{ name: string }>(
      client,
      `with wanted as materialized (select name, key from unnest($1::text[], $2::bigint[]) as w (name, key))
       select name from wanted where pg_try_advisory_lock(key) limit $3::integer`,
      [names, names.map(keyOf), most],
    );
    return (rows ?? []).map(({ name }) => name);
  }

  async release(name: string): Promise<void> {
    this.#toRelease.push(keyOf(name));
    this.#released ??= this.#releaseAll();
    await this.#released;
  }

  /** Names that are given back while a question is under way go together. */
  async #releaseAll(): Promise<void> {
    const client = this.#client;
    await this.#line;
    const keys = this.#toRelease;
    this.#toRelease = [];
    this.#released = undefined;
    if (client === undefined || client !== this.#client) return;
    const question = 'select pg_advisory_unlock(key) from unnest($1::bigint[]) as given (key)';
    await this.#ask(client, question, [keys]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = this.#client;
    this.#lose();
    await client?.end().catch(() => undefined);
  }

  /** @returns undefined when no answer came: then everything is given up */
  #ask<Row extends QueryResultRow>(
    client: Client,
    question: string,
    values: readonly unknown[] = [],
  ): Promise<Row[] | undefined> {
    const answer = this.#line.then(async () => {
      if (client !== this.#client) return undefined;
      const askedAt = performance.now();
      try {
        const { rows } = await client.query<Row>(question, [...values]);
        if (client === this.#client) this.#aliveAt = askedAt;
        return rows;
      } catch (error) {
        this.#onFailure(client, error);
        return undefined;
      }
    });
    this.#line = answer;
    return answer;
  }

  #lose(): void {
    clearInterval(this.#timer);
    this.#client = undefined;
    this.#lost.abort();
  }

  /** Gives everything up and begins again with a new session. */
  #onFailure(client: Client, error: unknown): void {
    if (client !== this.#client) return;
    this.#lose();
    // Cut, not closed politely: a server that does not answer would keep the goodbye waiting.
    (
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
    if (this.#isClosed) return;
    if (error !== undefined) this.#onError(error);
    this.#reopenLater();
  }

  #reopenLater(): void {
    setTimeout(() => {
      if (this.#isClosed) return;
      this.open().catch((error: unknown) => {
        this.#onError(error);
        this.#reopenLater();
      });
    }, RECONNECT_MS).unref();
  }
}

/** A name as PostgreSQL's 64-bit key. Two names with the same key only wait for each other. */
function keyOf(name: string): string {
  return createHash('sha256').update(`lane ${name}`).digest().readBigInt64BE().toString();
}
