import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import mime from 'mime';
import type { DevelopmentState, SourceFault } from '../contract/development.ts';
import type { PackageFiles } from '../pack/package-files.ts';
import { NotReady } from './readiness.ts';

/**
 * The page is Kommo's, so that everything here is asked for by another origin; it holds nothing that is secret. The header
 * for private networks lets Chrome reach a server on the developer's machine from a public page.
 */
const HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET',
  'access-control-allow-headers': '*',
  'access-control-allow-private-network': 'true',
  'cross-origin-resource-policy': 'cross-origin',
  // The uploaded script asks for the same address for months.
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Pages that are just loading a build may finish when the next one is there. */
const KEPT_BUILDS = 3;
/** Shorter than what tunnels and proxies allow an answer to take. */
const HOLD_MS = 25_000;

/** Serves a development build to Kommo's page, and says what is wrong with the sources. */
export class DevelopmentServer {
  readonly #server: Server;
  readonly #builds = new Map<string, PackageFiles>();
  readonly #waiting = new Set<() => void>();
  /** Numbers alone would name other builds after a start anew, and pages remember what they loaded by its address. */
  readonly #run = Date.now().toString(36);
  #client: Uint8Array | undefined;
  #changes = 0;
  #state: DevelopmentState = { id: '', revision: '', faults: [] };

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /**
   * Listens on this machine only; a tunnel leads here.
   *
   * @throws the system's error when the port is taken
   */
  static async start(port: number): Promise<DevelopmentServer> {
    const development = new DevelopmentServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    development.#server.once('error', reject);
    development.#server.listen(port, '127.0.0.1', resolve);
    await promise;
    return development;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Open pages put the new build in place of theirs. */
  publish(files: PackageFiles, client: Uint8Array): void {
    const revision = `${this.#run}-${this.#changes + 1}`;
    const [oldest] = this.#builds.keys();
    if (this.#builds.size >= KEPT_BUILDS && oldest !== undefined) this.#builds.delete(oldest);
    this.#builds.set(revision, files);
    this.#client = client;
    this.#change({ revision });
  }

  /** Open pages show them, or nothing any more. */
  report(faults: SourceFault[]): void {
    this.#change({ faults });
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  #change(change: Partial<DevelopmentState>): void {
    this.#changes += 1;
    this.#state = { ...this.#state, ...change, id: `${this.#run}-${this.#changes}` };
    for (const tell of [...this.#waiting]) tell();
  }

  #answer({ method, url = '/', headers }: IncomingMessage, response: ServerResponse): void {
    const address = URL.parse(url, 'http://localhost');
    const pathname = address?.pathname ?? '';
    const bytes = this.#find(pathname);
    if (method === 'OPTIONS') send(response, 204);
    else if (pathname === '/development/state') {
      this.#tell(response, address?.searchParams.get('after'));
    } else if (bytes !== undefined) {
      const isShort = /\bgzip\b/.test(String(headers['accept-encoding']));
      // Nothing is minified, and a tunnel may be slow.
      if (isShort) response.setHeader('content-encoding', 'gzip');
      send(response, 200, pathname, isShort ? gzipSync(bytes) : bytes);
    } else send(response, 404, 'error.txt', Buffer.from(`There is no ${pathname} here.\n`));
  }

  #find(pathname: string): Uint8Array | undefined {
    if (pathname === '/development/client.js') return this.#client;
    const [, revision = '', name = ''] = /^\/widget\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
    return this.#builds.get(revision)?.get(name);
  }

  /** Answers when there is something that the page does not know yet, or when it must ask again. */
  #tell(response: ServerResponse, known: string | null | undefined): void {
    const tell = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(tell);
      send(response, 200, 'state.json', Buffer.from(JSON.stringify(this.#state)));
    };
    const timer = setTimeout(tell, HOLD_MS);
    response.once('close', () => {
      clearTimeout(timer);
      this.#waiting.delete(tell);
    });
    if (known === this.#state.id) this.#waiting.add(tell);
    else tell();
  }
}

function send(response: ServerResponse, status: number, name = '', body?: Uint8Array): void {
  const type = mime.getType(name);
  const charset = type === 'application/json' ? '' : '; charset=utf-8';
  response.writeHead(status, {
    ...HEADERS,
    ...(type === null ? {} : { 'content-type': `${type}${charset}` }),
  });
  response.end(body);
}

/** @throws NotReady when the port is taken */
export async function openServer(port: number): Promise<DevelopmentServer> {
  try {
    return await DevelopmentServer.start(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new NotReady(`Cannot start: port ${port} is taken (choose another with DEV_PORT=…).`);
  }
}
