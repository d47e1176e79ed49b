import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** Stands in front of replicas as an operator's load balancer does, without a check of their health. */
export interface Balancer {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** From now on a share of new connections goes to this address. */
  add(url: string): void;
  remove(url: string): void;
  close(): Promise<void>;
}

/** Each connection goes to any one of the replicas; to nobody, while there is none. */
export async function startBalancer(): Promise<Balancer> {
  const replicas = new Set<string>();
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const url = [...replicas][randomInt(Math.max(1, replicas.size))];
    if (url === undefined) return void inner.destroy();
    const outer = connect(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    // Either side's end reaches the other after all that was said before it.
    pipeline(inner, outer, inner, () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (url) => void replicas.add(url),
    remove: (url) => void replicas.delete(url),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
