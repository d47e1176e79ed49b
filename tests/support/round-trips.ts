import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One question a client sent to PostgreSQL and waited for. */
export interface RoundTrip {
  /** Counts the connections in the order they were made. */
  connection: number;
  /** The statement, as far as the client spelt it out. */
  statement: string;
}

/** Stands between a backend and PostgreSQL and writes down each round trip. */
export interface RoundTripProxy {
  url: string;
  /** Since the last `clear`. */
  trips: RoundTrip[];
  clear(): void;
  close(): Promise<void>;
}

/** @param url `postgres://…` of the database */
export async function startRoundTripProxy(url: string): Promise<RoundTripProxy> {
  const target = new URL(url);
  const trips: RoundTrip[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const connection = connections;
    const read = messageReader((statement) => trips.push({ connection, statement }));
    const database = connect({ host: target.hostname, port: Number(target.port || 5432) });
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('close', () => database.destroy());
    database.on('close', () => client.destroy());
    client.on('data', read);
    client.pipe(database);
    database.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    trips,
    clear: () => void trips.splice(0),
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * Reads what a client sends: a start-up message without a type, then messages of a type, a length and a body.
 * The client waits after a simple query (`Q`) and after a sync (`S`).
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
function messageReader(onTrip: (statement: string) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  let isStarted = false;
  /** By name; the unnamed one is replaced each time. */
  const parsed = new Map<string, string>();
  let statement = '';
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const header = isStarted ? 1 : 0;
      if (pending.length < header + 4) return;
      const end = header + pending.readInt32BE(header);
      if (pending.length < end) return;
      const type = isStarted ? String.fromCharCode(pending[0] ?? 0) : '';
      const body = pending.subarray(header + 4, end);
      if (type === 'P') parsed.set(textAt(body, 0), textAt(body, body.indexOf(0) + 1));
      // A plan that was kept is only bound again, by its name.
      if (type === 'B') statement = parsed.get(textAt(body, body.indexOf(0) + 1)) ?? '';
      if (type === 'Q') onTrip(textAt(body, 0));
      if (type === 'S') onTrip(statement);
      isStarted = true;
      pending = pending.subarray(end);
    }
  };
}

function textAt(body: Buffer, start: number): string {
  return body.toString('utf8', start, body.indexOf(0, start));
}
