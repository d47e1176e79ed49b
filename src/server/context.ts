import type { FastifyBaseLogger } from 'fastify';
import type { Config } from './config.ts';
import type { ConnectorRegistry } from './connectors/registry.ts';
import type { Kommo } from './kommo/kommo.ts';
import type { Db, Trx } from './platform/database/database.ts';
import type { Secrets } from './platform/database/secrets.ts';
import type { Jobs } from './platform/jobs.ts';
import type { Metrics } from './platform/metrics.ts';
import type { Outbound, OutboundStream } from './platform/outbound.ts';
import type { Pace } from './platform/pace.ts';
import type { RequestLimit } from './platform/request-limit.ts';

/** What one running backend is made of. Made once by `server.ts` and handed to routes and use cases. */
export interface Context {
  config: Config;
  db: Db;
  jobs: Jobs;
  secrets: Secrets;
  kommo: Kommo;
  connectors: ConnectorRegistry;
  /** Calls to chat services, and to any other address outside Kommo. */
  send: Outbound;
  /** The same for files. */
  stream: OutboundStream;
  /** Call it when messages were stored or became due. */
  wakeMessages: (direction?: 'in' | 'out') => void;
  /** What other rooms do when Kommo has the sources of an account's saved channels. */
  onSynced: (accountId: number) => Promise<void>;
  /** What other rooms do when a channel has been signed in once more, or goes on after a pause. Wake the messages then. */
  onCarryingAgain: (db: Db | Trx, channelId: string) => Promise<void>;
  /** What other rooms forget in the transaction that ends an install. */
  onUninstalled: readonly ((
    trx: Trx,
    install: { accountId: number; epoch: number },
  ) => Promise<unknown>)[];
  /** The clock; tests move it. */
  now: () => Date;
  pace: Pace;
  /** How many requests one account may make of this process; undefined: as many as it likes. */
  requestLimit: RequestLimit | undefined;
  /** What is counted for the operator. */
  metrics: Metrics;
  log: FastifyBaseLogger;
}
