import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** Stands between a process and a server, to make the network between them fail. */
export interface TcpProxy {
  port: number;
  /** From now on what the server sends arrives this much later, on open connections too. */
  delay(ms: number): void;
  /** Closes every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Keeps connections open and lets nothing through in either direction. */
  swallow(): void;
  /** Forwards again. Connections that were swallowed stay silent, as after a lost route. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let swallows = false;
  let delayMs = 0;
  const listener = (inner: Socket) => {
    sockets.add(inner);
    inner.on('error', () => inner.destroy());
    inner.on('close', () => sockets.delete(inner));
    if (swallows) {
      inner.resume();
      return;
    }
    const outer = connect(target);
    sockets.add(outer);
    outer.on('error', () => inner.destroy());
    outer.on('close', () => {
      sockets.delete(outer);
      inner.destroy();
    });
    inner.on('close', () => outer.destroy());
    inner.pipe(outer);
    // Each piece by its own time, as on a long line: two pieces of one answer are late once, not twice.
    let line: Promise<unknown> = Promise.resolve();
    const late: Transform = new Transform({
      transform: (chunk, _encoding, done) => {
        const due = pause(delayMs);
        line = line.then(() => due).then(() => late.push(chunk));
        done();
      },
      flush: (done) => void line.then(() => done()),
    });
    outer.pipe(late).pipe(inner);
  };
  const server = createServer(listener);
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };
  return {
    port,
    delay: (ms) => {
      delayMs = ms;
    },
    cut: stop,
    swallow: () => {
      swallows = true;
      for (const socket of sockets) socket.unpipe();
    },
    restore: async () => {
      swallows = false;
      if (!server.listening) await listen(port);
    },
    close: stop,
  };
}
