import type { Seed } from '../../src/emulator/kommo/seed.ts';
import { type Backend, type Backends, openBackends } from './backends.ts';
import { type Balancer, startBalancer } from './balancer.ts';

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

export async function openReplicas(seed: Seed): Promise<Replicas> {
  const backends = await openBackends(seed);
  const balancer: Balancer = await startBalancer();
  const start = async (env: Record<string, string> = {}): Promise<Backend> => {
    for (;;) {
      const ready = await backends.start({ env, calledAt: balancer.url }).catch(() => undefined);
      if (ready === undefined) continue;
      balancer.add(ready.url);
      return ready;
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
