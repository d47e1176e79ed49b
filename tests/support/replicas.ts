import type { Seed } from '../../src/emulator/kommo/seed.ts';
import { type Backend, type Backends, openBackends } from './backends.ts';
import { type Balancer, startBalancer } from './balancer.ts';

/** A start that is hit by trouble with the database may fail; not each of them. */
const MOST_TRIES = 10;

/** Replicas on one database, and a balancer in front of them. */
export interface Replicas {
  backends: Backends;
  /** Starts one, and again for as long as it ends before it is ready, as a supervisor does. */
  start(env?: Record<string, string>): Promise<Backend>;
  /** Kills it, for good. */
  stop(replica: Backend): Promise<void>;
  /** Kills it, and starts another one at once. */
  restart(replica: Backend): Promise<Backend>;
  close(): Promise<void>;
}

/** @param common variables of every replica */
export async function openReplicas(
  seed: Seed,
  common: Record<string, string> = {},
): Promise<Replicas> {
  const backends = await openBackends(seed);
  const balancer: Balancer = await startBalancer();
  const start = async (env: Record<string, string> = {}): Promise<Backend> => {
    for (let tries = 1; ; tries += 1) {
      try {
        const ready = await backends.start({
          env: { ...common, ...env },
          calledAt: balancer.url,
        });
        balancer.add(ready.url);
        return ready;
      } catch (error) {
        if (tries === MOST_TRIES) throw error;
      }
    }
  };
  const stop = async (replica: Backend) => {
    await replica.kill();
    balancer.remove(replica.url);
  };
  return {
    backends,
    start,
    stop,
    restart: async (replica) => {
      await stop(replica);
      return start();
    },
    close: async () => {
      await backends.close();
      await balancer.close();
    },
  };
}
