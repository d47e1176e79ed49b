import type { FastifyBaseLogger } from 'fastify';
import type { Config } from './config.ts';
import type { ConnectorRegistry } from './connectors/registry.ts';
import type { RequestLimit } from './core/request-limit.ts';
import type { Kommo } from './kommo/kommo.ts';
import type { Outbound } from './outbound.ts';
import type { Pace } from './pace.ts';
import type { Db } from './storage/database.ts';
import type { Jobs } from './storage/jobs.ts';
import type { Secrets } from './storage/secrets.ts';

/** What one running backend is made of. Made once by `main.ts` and handed to routes and use cases. */
export interface Parts {
  config: Config;
  db: Db;
  jobs: Jobs;
  secrets: Secrets;
  kommo: Kommo;
  connectors: ConnectorRegistry;
  /** Calls to chat services and other addresses outside Kommo. */
  send: Outbound;
  /** The clock; tests move it. */
  now: () => Date;
  pace: Pace;
  /** How many requests one account may make of this process; undefined: as many as it likes. */
  requestLimit: RequestLimit | undefined;
  log: FastifyBaseLogger;
}
