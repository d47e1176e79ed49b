import { readFile } from 'node:fs/promises';
import { contentTypeOf } from '../engine/content-types.ts';
import type { HttpExchange } from '../engine/exchange.ts';
import { Router } from '../engine/router.ts';

/** A module that the page then offers to widgets under this name. */
export interface SuppliedModule {
  name: string;
  /** Read for each page view, so that a saved change counts. */
  file: string;
}

/** What an address of Kommo's answers, instead of the emulator's own answer or of 404. */
export interface SuppliedAnswer {
  /** Upper case, or `*`. */
  method: string;
  /** As in a route: `/a/:name/b`, or with a final `*`. */
  path: string;
  status: number;
  /** Read for each request, so that a saved change counts. Neither file nor body: an empty answer. */
  file?: string;
  body?: string;
  /** Of `body`; a file's follows from its name. */
  contentType?: string;
}

/** Supplied answers never hide the control API, the services or the page's own scripts. */
const OWN = /^\/(__|frontend\/)/;

/**
 * What a developer supplies to the emulated Kommo: modules and answers that it does not have, or that are to differ.
 * Those of the command line stay; those that were posted are forgotten by a reset.
 */
export class Supplies {
  readonly #modules: ReadonlyMap<string, string>;
  readonly #given: readonly SuppliedAnswer[];
  #posted: (SuppliedAnswer & { id: number })[] = [];
  #nextId = 1;
  #router: Router<HttpExchange>;

  constructor(modules: readonly SuppliedModule[] = [], answers: readonly SuppliedAnswer[] = []) {
    this.#modules = new Map(modules.map(({ name, file }) => [name, file]));
    this.#given = answers;
    this.#router = this.#route();
  }

  get moduleNames(): string[] {
    return [...this.#modules.keys()];
  }

  /** @returns undefined when nobody supplied it, or its file is gone */
  async readModule(name: string): Promise<Buffer | undefined> {
    const file = this.#modules.get(name);
    return file === undefined ? undefined : readFile(file).catch(() => undefined);
  }

  /** The supplied templates of Kommo's: answers to `GET /tmpl/….twig`, by their path. */
  async templates(): Promise<[reference: string, source: string][]> {
    const found = this.answers().filter(
      ({ method, path, status }) =>
        method === 'GET' && status === 200 && /^\/tmpl\/[^:*]+\.twig$/.test(path),
    );
    // The first one counts, as with requests.
    return Promise.all(
      found
        .reverse()
        .map(
          async ({ path, file, body = '' }): Promise<[string, string]> => [
            path,
            file === undefined ? body : await readFile(file, 'utf8').catch(() => ''),
          ],
        ),
    );
  }

  /** Every answer, in the order in which they are looked through. `id`: of a posted one. */
  answers(): (SuppliedAnswer & { id?: number })[] {
    return [...this.#posted, ...this.#given];
  }

  /** @returns the id by which it can be forgotten */
  post(answer: SuppliedAnswer): number {
    const id = this.#nextId++;
    // The newest counts, so that a test can change its mind.
    this.#posted.unshift({ ...answer, id });
    this.#router = this.#route();
    return id;
  }

  /** Forgets one posted answer, or all of them. @returns whether there was one */
  forget(id?: number): boolean {
    const before = this.#posted.length;
    this.#posted = this.#posted.filter((one) => id !== undefined && one.id !== id);
    this.#router = this.#route();
    return this.#posted.length < before;
  }

  /** Answers the request if it can. @returns whether it did */
  async answer(exchange: HttpExchange): Promise<boolean> {
    const { method, host, url } = exchange;
    if (OWN.test(url.pathname)) return false;
    const { route, allow } = this.#router.find(method, host, url.pathname);
    const origin = exchange.header('origin');
    if (route === undefined) {
      // The browser's question before a request to another host of Kommo's.
      if (method !== 'OPTIONS' || allow.length === 0 || origin === '') return false;
      exchange.send(204, '', {
        ...allowOrigin(origin),
        'access-control-allow-methods': allow.join(', '),
        'access-control-allow-headers': exchange.header('access-control-request-headers'),
      });
      return true;
    }
    await route.handler(exchange);
    if (origin !== '' && exchange.answer !== undefined) {
      Object.assign(exchange.answer.headers, allowOrigin(origin));
    }
    return true;
  }

  #route(): Router<HttpExchange> {
    return new Router(
      this.answers().map((answer) => ({
        method: answer.method as 'GET' | '*',
        host: 'any',
        path: answer.path,
        handler: (exchange) => send(exchange, answer),
      })),
    );
  }
}

async function send(exchange: HttpExchange, answer: SuppliedAnswer): Promise<void> {
  const { status, file, body, contentType } = answer;
  if (file === undefined) {
    exchange.send(status, body, contentType === undefined ? {} : { 'content-type': contentType });
    return;
  }
  try {
    exchange.send(status, await readFile(file), { 'content-type': contentTypeOf(file) });
  } catch {
    exchange.send(500, `The supplied answer ${file} cannot be read.\n`, {
      'content-type': 'text/plain; charset=utf-8',
    });
  }
}

function allowOrigin(origin: string): Record<string, string> {
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
}
