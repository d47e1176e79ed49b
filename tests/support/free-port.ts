import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to whoever asks for any. What was killed is still called by those who talked to it; were
 * its port given to a listener of another test next, that one would hear of it.
 */
const FROM = 10_000;
const PER_PROCESS = 1_000;
const PROCESSES = 20;

const first = FROM + (process.pid % PROCESSES) * PER_PROCESS;
/** Somewhere, because another run may be going on on the same machine. */
let turn = Math.floor(Math.random() * PER_PROCESS);

/** A port on which nobody listens, and which no other process of the tests is given. */
export async function freePort(): Promise<number> {
  const port = ownPort();
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return (await promise) ? port : freePort();
}

/** The same for who cannot wait: whether somebody listens there is known only on Linux. */
export function ownPort(): number {
  const taken = listeningPorts();
  for (let tries = 0; tries < PER_PROCESS; tries += 1) {
    turn = (turn + 1) % PER_PROCESS;
    if (!taken.has(first + turn)) return first + turn;
  }
  throw new Error(`All ports from ${first} on are taken.`);
}

function listeningPorts(): Set<number> {
  const LISTEN = '0A';
  const ports = new Set<number>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of linesOf(table)) {
      const [, local = '', , state] = line.trim().split(/\s+/);
      if (state === LISTEN) ports.add(Number.parseInt(local.slice(local.indexOf(':') + 1), 16));
    }
  }
  return ports;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
