import { readFileSync } from 'node:fs';

/**
 * Below the ports that systems give to whoever asks for any. A backend that was killed is still called, by balancers and
 * doubles of its test; were its port given to a listener of another test next, that one would hear of it.
 */
const FROM = 10_000;
const PER_WORKER = 1_000;
const WORKERS = 10;

/** Somewhere, because another run may be going on on the same machine. */
let turn = Math.floor(Math.random() * PER_WORKER);

/** A port for one backend, which no other process of the tests gets. */
export function backendPort(): number {
  const worker = Number(process.env.JEST_WORKER_ID ?? 0) % WORKERS;
  const taken = listeningPorts();
  for (let tries = 0; tries < PER_WORKER; tries += 1) {
    turn = (turn + 1) % PER_WORKER;
    const port = FROM + worker * PER_WORKER + turn;
    if (!taken.has(port)) return port;
  }
  throw new Error(`All ports from ${FROM} on are taken.`);
}

/** What somebody listens on, where the system tells it in a file. */
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
