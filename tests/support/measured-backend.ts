import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readConfig } from '../../src/server/config.ts';
import { createLogger } from '../../src/server/platform/logger.ts';
import { startServer } from '../../src/server/server.ts';
import { HURRY } from './hurry.ts';

/**
 * A backend that tells how long its event loop was blocked. Runs in a process of its own: its clients would
 * block the same event loop otherwise. On `reset` it measures anew, on `read` it answers with the longest
 * block since then, in milliseconds. A busy machine makes every pause long, so a block counts for no more than
 * the processor time this thread used during it.
 */
const RESOLUTION_MS = 1;

const config = readConfig(process.env);
const log = createLogger(config.logLevel);
const server = await startServer(config, log, { host: '127.0.0.1', pace: { ...HURRY, sweeps: 1 } });

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let usedBefore = process.threadCpuUsage();
process.on('message', (order) => {
  const { user, system } = process.threadCpuUsage(usedBefore);
  const longest = Math.min(delay.max / 1e6 - RESOLUTION_MS, (user + system) / 1e3);
  delay.reset();
  usedBefore = process.threadCpuUsage();
  process.send?.(order === 'read' ? longest : 0);
});
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));

const address = server.app.server.address();
log.info(
  {
    port: typeof address === 'object' ? address?.port : undefined,
    routes: server.app.routeTable,
  },
  'ready',
);
