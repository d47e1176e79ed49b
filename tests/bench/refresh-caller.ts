/** A backend's way to Kommo in a process of its own, which uses the grants of many accounts at once. */
import { PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { moveAccount } from '../../src/server/accounts/rows.ts';
import { createKommo } from '../../src/server/kommo/create-kommo.ts';
import { isKommoError } from '../../src/server/kommo/errors.ts';
import { currentSession } from '../../src/server/kommo/grants/session.ts';
import { listPipelines } from '../../src/server/kommo/rest/account.ts';
import { concurrently } from '../../src/server/platform/concurrently.ts';
import { openHandle } from '../../src/server/platform/database/database.ts';
import { Secrets } from '../../src/server/platform/database/secrets.ts';
import { createLogger } from '../../src/server/platform/logger.ts';
import { Metrics } from '../../src/server/platform/metrics.ts';
import { createOutbound } from '../../src/server/platform/outbound.ts';
import { testConfig } from '../support/config.ts';

/** What the process is asked to do with accounts whose ids follow each other; answered with `CallerReport`. */
export interface CallerOrder {
  /**
   * `bare`: one token call and one update each, and nothing else. `use`: a working token, wanted by two people at once.
   * `keep`: the same for a job, which has time. `list`: the pipelines, as for a person who waits.
   */
  what: 'bare' | 'use' | 'keep' | 'list';
  first: number;
  count: number;
  atOnce: number;
  /** Nothing further is begun after this time. */
  forMs?: number;
}

export interface CallerReport {
  ms: number;
  /** Of each account that was begun. */
  latencies: number[];
  /** What went wrong, and how often. */
  failures: Record<string, number>;
}

const CALLERS_OF_AN_ACCOUNT = 2;

const sinkPort = Number(process.env.SINK_PORT);
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, types, max: 10 });
pool.on('error', () => process.exit(1));
const db = openHandle(new PostgresDialect({ pool }));
const config = testConfig(sinkPort);
const { send, stream } = createOutbound();
const kommo = createKommo({
  settings: config.kommo,
  publicUrl: config.publicUrl,
  moveAccount: (accountId, host) => moveAccount(db, accountId, host),
  db,
  secrets: new Secrets(config.secretKeys),
  send,
  stream,
  pace: { kommoSpacingMs: Number(process.env.SPACING_MS), sweeps: 1 },
  amojoRequestsPerSecond: config.amojoRequestsPerSecond,
  now: () => new Date(),
  log: createLogger('fatal'),
  metrics: new Metrics({ services: [] }),
});

const WORK: Record<CallerOrder['what'], (accountId: number) => Promise<unknown>> = {
  bare: async (accountId) => {
    await send({
      method: 'POST',
      url: `http://127.0.0.1:${sinkPort}/oauth2/access_token`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: `bare ${accountId}` }),
    });
    await sql`update accounts set refreshed_at = now() where id = ${accountId}`.execute(db);
  },
  use: async (accountId) => {
    const uses = Array.from({ length: CALLERS_OF_AN_ACCOUNT }, () =>
      currentSession(kommo, accountId),
    );
    await Promise.all(uses);
  },
  keep: (accountId) => currentSession(kommo.background(), accountId),
  list: (accountId) => listPipelines(kommo, accountId),
};

async function carryOut(order: CallerOrder): Promise<CallerReport> {
  const { what, first, count, atOnce, forMs = Number.POSITIVE_INFINITY } = order;
  const report: CallerReport = { ms: 0, latencies: [], failures: {} };
  const stopping = new AbortController();
  const began = performance.now();
  const accounts = Array.from({ length: count }, (_, index) => first + index);
  const onError = (error: unknown) => {
    const kind = isKommoError(error) ? error.kind : String(error);
    report.failures[kind] = (report.failures[kind] ?? 0) + 1;
  };
  await concurrently(
    accounts,
    { limit: atOnce, stopping: stopping.signal, onError },
    async (accountId) => {
      if (performance.now() - began > forMs) stopping.abort();
      const at = performance.now();
      await WORK[what](accountId);
      report.latencies.push(performance.now() - at);
    },
  );
  report.ms = performance.now() - began;
  return report;
}

process.on('message', (order: CallerOrder) => {
  void carryOut(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
